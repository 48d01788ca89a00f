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
0 11.8 11.8 11.8 11.8 11.8
1 11.8 11.8 11.8 11.8 11.8
END
$bill1 << END
0 2.5 2.5 2.5 2.5 2.5
1 2.5 2.5 2.5 2.5 2.5
END
$bill2 << END
0 2.9956 2.9956 2.9956 2.9956 2.9956
1 2.9956 2.9956 2.9956 2.9956 2.9956
END
set label 1 'Monthly bill, USD' at screen 0.02,0.955 left font ',17' textcolor rgb '#111111'
set label 2 'line: median; dark band: half of all futures; light band: nine in ten; dashed: median of api' at screen 0.02,0.905 left font ',12' textcolor rgb '#666666'
set xrange [0:1]
set xtics ('Jul 2026' 0)
set yrange [0:12.154]
set ytics 2
set multiplot
set lmargin at screen 0.0700
set rmargin at screen 0.3583
set tmargin at screen 0.8200
set bmargin at screen 0.0700
set format y '%g'
set label 3 'api' at screen 0.0700,0.8500 left font ',14' textcolor rgb '#555555'
plot $bill0 using 1:2:6 with filledcurves linecolor rgb '#555555' fillstyle transparent solid 0.18 noborder, \
     $bill0 using 1:3:5 with filledcurves linecolor rgb '#555555' fillstyle transparent solid 0.30 noborder, \
     $bill0 using 1:4 with lines linewidth 2.5 linecolor rgb '#555555'
unset label 1
unset label 2
set lmargin at screen 0.3833
set rmargin at screen 0.6717
set tmargin at screen 0.8200
set bmargin at screen 0.0700
set format y ''
set label 3 'slm-alone' at screen 0.3833,0.8500 left font ',14' textcolor rgb '#0072B2'
plot $bill1 using 1:2:6 with filledcurves linecolor rgb '#0072B2' fillstyle transparent solid 0.18 noborder, \
     $bill1 using 1:3:5 with filledcurves linecolor rgb '#0072B2' fillstyle transparent solid 0.30 noborder, \
     $bill0 using 1:4 with lines linewidth 1.5 dashtype (6,4) linecolor rgb '#555555', \
     $bill1 using 1:4 with lines linewidth 2.5 linecolor rgb '#0072B2'
unset label 1
unset label 2
set lmargin at screen 0.6967
set rmargin at screen 0.9850
set tmargin at screen 0.8200
set bmargin at screen 0.0700
set format y ''
set label 3 'slm' at screen 0.6967,0.8500 left font ',14' textcolor rgb '#D55E00'
plot $bill2 using 1:2:6 with filledcurves linecolor rgb '#D55E00' fillstyle transparent solid 0.18 noborder, \
     $bill2 using 1:3:5 with filledcurves linecolor rgb '#D55E00' fillstyle transparent solid 0.30 noborder, \
     $bill0 using 1:4 with lines linewidth 1.5 dashtype (6,4) linecolor rgb '#555555', \
     $bill2 using 1:4 with lines linewidth 2.5 linecolor rgb '#D55E00'
unset label 1
unset label 2
unset multiplot
unset output
