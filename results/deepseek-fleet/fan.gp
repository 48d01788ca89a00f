# Written by distillsim; draws svg. Run: gnuplot SCRIPT
reset
set encoding utf8
set terminal svg size 1000,600 noenhanced font 'Helvetica,14' background rgb 'white'
if (!exists('to_stdout')) set output './fan.svg'
set border 3 linecolor rgb '#888888'
set tics nomirror out scale 0.5 textcolor rgb '#444444'
set grid ytics linecolor rgb '#E4E4E4' linewidth 1 linetype 1
unset key
set style fill transparent solid 0.25 noborder
$bill0 << END
0 561.97536 561.97536 561.97536 561.97536 561.97536
1 561.97536 561.97536 561.97536 561.97536 561.97536
END
$bill1 << END
0 87.072 87.072 87.072 87.072 87.072
1 87.072 87.072 87.072 87.072 87.072
END
set label 1 'Monthly bill, USD k' at screen 0.02,0.955 left font ',17' textcolor rgb '#111111'
set label 2 'line: median; dark band: half of all futures; light band: nine in ten; dashed: median of list' at screen 0.02,0.905 left font ',12' textcolor rgb '#666666'
set xrange [0:1]
set xtics ('Feb 2025' 0)
set yrange [0:578.834621]
set ytics 100
set multiplot
set lmargin at screen 0.0700
set rmargin at screen 0.5150
set tmargin at screen 0.8200
set bmargin at screen 0.0700
set format y '%g'
set label 3 'list' at screen 0.0700,0.8500 left font ',14' textcolor rgb '#555555'
plot $bill0 using 1:2:6 with filledcurves linecolor rgb '#555555' fillstyle transparent solid 0.18 noborder, \
     $bill0 using 1:3:5 with filledcurves linecolor rgb '#555555' fillstyle transparent solid 0.30 noborder, \
     $bill0 using 1:4 with lines linewidth 2.5 linecolor rgb '#555555'
unset label 1
unset label 2
set lmargin at screen 0.5400
set rmargin at screen 0.9850
set tmargin at screen 0.8200
set bmargin at screen 0.0700
set format y ''
set label 3 'nodes' at screen 0.5400,0.8500 left font ',14' textcolor rgb '#0072B2'
plot $bill1 using 1:2:6 with filledcurves linecolor rgb '#0072B2' fillstyle transparent solid 0.18 noborder, \
     $bill1 using 1:3:5 with filledcurves linecolor rgb '#0072B2' fillstyle transparent solid 0.30 noborder, \
     $bill0 using 1:4 with lines linewidth 1.5 dashtype (6,4) linecolor rgb '#555555', \
     $bill1 using 1:4 with lines linewidth 2.5 linecolor rgb '#0072B2'
unset label 1
unset label 2
unset multiplot
unset output
