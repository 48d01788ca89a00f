# Written by distillsim; draws svg. Run: gnuplot SCRIPT
reset
set encoding utf8
set terminal svg size 1000,600 noenhanced font 'Helvetica,14' background rgb 'white'
if (!exists('to_stdout')) set output './saving.svg'
set border 3 linecolor rgb '#888888'
set tics nomirror out scale 0.5 textcolor rgb '#444444'
set grid ytics linecolor rgb '#E4E4E4' linewidth 1 linetype 1
unset key
set style fill transparent solid 0.25 noborder
set label 1 'Saving (NPV), USD, against api' at screen 0.02,0.955 left font ',17' textcolor rgb '#111111'
set label 2 'height: how likely; dot: median; line: nine futures in ten; what is missing to 100 %: no difference' at screen 0.02,0.905 left font ',12' textcolor rgb '#666666'
set lmargin at screen 0.20
set rmargin at screen 0.815
set tmargin at screen 0.84
set bmargin at screen 0.08
set border 1 linecolor rgb '#888888'
unset ytics
unset grid
set grid xtics linecolor rgb '#E4E4E4' linewidth 1 linetype 1
set xrange [-0.186:9.486]
set xtics 2
set yrange [-0.12:2]
set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead back linewidth 1.5 linecolor rgb '#222222'
$ridge0 << END
-0.1457 1 1
-0.0651 1 1
0 1 1
0.0155 1 1
0.0961 1 1
0.1767 1 1
0.2573 1 1
0.3379 1 1
0.4185 1 1
0.4991 1 1
0.5797 1 1
0.6603 1 1
0.7409 1 1
0.8215 1 1
0.9021 1 1
0.9827 1 1
1.0633 1 1
1.1439 1 1
1.2245 1 1
1.3051 1 1
1.3857 1 1
1.4663 1 1
1.5469 1 1
1.6275 1 1
1.7081 1 1
1.7887 1 1
1.8693 1 1
1.9499 1 1
2.0305 1 1
2.1111 1 1
2.1917 1 1
2.2723 1 1
2.3529 1 1
2.4335 1 1
2.5141 1 1
2.5947 1 1
2.6753 1 1
2.7559 1 1
2.8365 1 1
2.9171 1 1
2.9977 1 1
3.0783 1 1
3.1589 1 1
3.2395 1 1
3.3201 1 1
3.4007 1 1
3.4813 1 1
3.5619 1 1
3.6425 1 1
3.7231 1 1
3.8037 1 1
3.8843 1 1
3.9649 1 1
4.0455 1 1
4.1261 1 1
4.2067 1 1
4.2873 1 1
4.3679 1 1
4.4485 1 1
4.5291 1 1
4.6097 1 1
4.6903 1 1
4.7709 1 1
4.8515 1 1
4.9321 1 1
5.0127 1 1
5.0933 1 1
5.1739 1 1
5.2545 1 1
5.3351 1 1
5.4157 1 1
5.4963 1 1
5.5769 1 1
5.6575 1 1
5.7381 1 1
5.8187 1 1
5.8993 1 1
5.9799 1 1
6.0605 1 1
6.1411 1 1
6.2217 1 1
6.3023 1 1
6.3829 1 1
6.4635 1 1
6.5441 1 1
6.6247 1 1
6.7053 1 1
6.7859 1 1
6.8665 1 1
6.9471 1 1
7.0277 1 1
7.1083 1 1
7.1889 1 1
7.2695 1 1
7.3501 1 1
7.4307 1 1
7.5113 1 1
7.5919 1 1
7.6725 1 1
7.7531 1 1
7.8337 1 1
7.9143 1 1
7.9949 1 1
8.0755 1 1
8.1561 1 1
8.2367 1 1
8.3173 1 1
8.3979 1 1
8.4785 1 1
8.5591 1 1
8.6397 1 1
8.7203 1 1
8.8009 1 1
8.8815 1 1
8.9621 1 1
9.0427 1 1
9.1233 1 1.13333333
9.2039 1 1.53333333
9.2845 1 1.8
9.3651 1 1.53333333
9.4457 1 1.13333333
END
set label 10 'slm-alone' at graph -0.015, first 1.12 right font ',13' textcolor rgb '#111111'
set label 11 'saves: 100 %' at graph 1.015, first 1.32 left font ',12' textcolor rgb '#009E73'
set label 12 'costs more: 0 %' at graph 1.015, first 1.06 left font ',12' textcolor rgb '#D55E00'
$range0 << END
9.3 9.3 9.3 1
END
$ridge1 << END
-0.1457 0 0
-0.0651 0 0
0 0 0
0.0155 0 0
0.0961 0 0
0.1767 0 0
0.2573 0 0
0.3379 0 0
0.4185 0 0
0.4991 0 0
0.5797 0 0
0.6603 0 0
0.7409 0 0
0.8215 0 0
0.9021 0 0
0.9827 0 0
1.0633 0 0
1.1439 0 0
1.2245 0 0
1.3051 0 0
1.3857 0 0
1.4663 0 0
1.5469 0 0
1.6275 0 0
1.7081 0 0
1.7887 0 0
1.8693 0 0
1.9499 0 0
2.0305 0 0
2.1111 0 0
2.1917 0 0
2.2723 0 0
2.3529 0 0
2.4335 0 0
2.5141 0 0
2.5947 0 0
2.6753 0 0
2.7559 0 0
2.8365 0 0
2.9171 0 0
2.9977 0 0
3.0783 0 0
3.1589 0 0
3.2395 0 0
3.3201 0 0
3.4007 0 0
3.4813 0 0
3.5619 0 0
3.6425 0 0
3.7231 0 0
3.8037 0 0
3.8843 0 0
3.9649 0 0
4.0455 0 0
4.1261 0 0
4.2067 0 0
4.2873 0 0
4.3679 0 0
4.4485 0 0
4.5291 0 0
4.6097 0 0
4.6903 0 0
4.7709 0 0
4.8515 0 0
4.9321 0 0
5.0127 0 0
5.0933 0 0
5.1739 0 0
5.2545 0 0
5.3351 0 0
5.4157 0 0
5.4963 0 0
5.5769 0 0
5.6575 0 0
5.7381 0 0
5.8187 0 0
5.8993 0 0
5.9799 0 0
6.0605 0 0
6.1411 0 0
6.2217 0 0
6.3023 0 0
6.3829 0 0
6.4635 0 0
6.5441 0 0
6.6247 0 0
6.7053 0 0
6.7859 0 0
6.8665 0 0
6.9471 0 0
7.0277 0 0
7.1083 0 0
7.1889 0 0
7.2695 0 0
7.3501 0 0
7.4307 0 0
7.5113 0 0
7.5919 0 0
7.6725 0 0
7.7531 0 0
7.8337 0 0
7.9143 0 0
7.9949 0 0
8.0755 0 0
8.1561 0 0
8.2367 0 0
8.3173 0 0
8.3979 0 0
8.4785 0 0
8.5591 0 0
8.6397 0 0.133333333
8.7203 0 0.533333333
8.8009 0 0.8
8.8815 0 0.533333333
8.9621 0 0.133333333
9.0427 0 0
9.1233 0 0
9.2039 0 0
9.2845 0 0
9.3651 0 0
9.4457 0 0
END
set label 13 'slm' at graph -0.015, first 0.12 right font ',13' textcolor rgb '#111111'
set label 14 'saves: 100 %' at graph 1.015, first 0.32 left font ',12' textcolor rgb '#009E73'
set label 15 'costs more: 0 %' at graph 1.015, first 0.06 left font ',12' textcolor rgb '#D55E00'
$range1 << END
8.8044 8.8044 8.8044 0
END
set style fill solid 0.55 noborder
plot $ridge0 using ($1 <= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '#D55E00', \
     $ridge0 using ($1 >= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '#009E73', \
     $range0 using 1:4:($2-$1):(0) with vectors nohead linewidth 2 linecolor rgb '#222222', \
     $range0 using 3:4 with points pointtype 7 pointsize 1 linecolor rgb '#222222', \
     $ridge1 using ($1 <= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '#D55E00', \
     $ridge1 using ($1 >= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '#009E73', \
     $range1 using 1:4:($2-$1):(0) with vectors nohead linewidth 2 linecolor rgb '#222222', \
     $range1 using 3:4 with points pointtype 7 pointsize 1 linecolor rgb '#222222', \
     1/0
unset output
