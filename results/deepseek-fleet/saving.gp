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
set label 1 'Saving (NPV), USD k, against list' at screen 0.02,0.955 left font ',17' textcolor rgb '#111111'
set label 2 'height: how likely; dot: median; line: nine futures in ten; what is missing to 100 %: no difference' at screen 0.02,0.905 left font ',12' textcolor rgb '#666666'
set lmargin at screen 0.20
set rmargin at screen 0.815
set tmargin at screen 0.84
set bmargin at screen 0.08
set border 1 linecolor rgb '#888888'
unset ytics
unset grid
set grid xtics linecolor rgb '#E4E4E4' linewidth 1 linetype 1
set xrange [-9.4980672:484.401427]
set xtics 100
set yrange [-0.12:1]
set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead back linewidth 1.5 linecolor rgb '#222222'
$ridge0 << END
-7.44015264 0 0
-3.32432352 0 0
0 0 0
0.7915056 0 0
4.90733472 0 0
9.02316384 0 0
13.138993 0 0
17.2548221 0 0
21.3706512 0 0
25.4864803 0 0
29.6023094 0 0
33.7181386 0 0
37.8339677 0 0
41.9497968 0 0
46.0656259 0 0
50.181455 0 0
54.2972842 0 0
58.4131133 0 0
62.5289424 0 0
66.6447715 0 0
70.7606006 0 0
74.8764298 0 0
78.9922589 0 0
83.108088 0 0
87.2239171 0 0
91.3397462 0 0
95.4555754 0 0
99.5714045 0 0
103.687234 0 0
107.803063 0 0
111.918892 0 0
116.034721 0 0
120.15055 0 0
124.266379 0 0
128.382208 0 0
132.498037 0 0
136.613867 0 0
140.729696 0 0
144.845525 0 0
148.961354 0 0
153.077183 0 0
157.193012 0 0
161.308841 0 0
165.42467 0 0
169.5405 0 0
173.656329 0 0
177.772158 0 0
181.887987 0 0
186.003816 0 0
190.119645 0 0
194.235474 0 0
198.351303 0 0
202.467132 0 0
206.582962 0 0
210.698791 0 0
214.81462 0 0
218.930449 0 0
223.046278 0 0
227.162107 0 0
231.277936 0 0
235.393765 0 0
239.509595 0 0
243.625424 0 0
247.741253 0 0
251.857082 0 0
255.972911 0 0
260.08874 0 0
264.204569 0 0
268.320398 0 0
272.436228 0 0
276.552057 0 0
280.667886 0 0
284.783715 0 0
288.899544 0 0
293.015373 0 0
297.131202 0 0
301.247031 0 0
305.36286 0 0
309.47869 0 0
313.594519 0 0
317.710348 0 0
321.826177 0 0
325.942006 0 0
330.057835 0 0
334.173664 0 0
338.289493 0 0
342.405323 0 0
346.521152 0 0
350.636981 0 0
354.75281 0 0
358.868639 0 0
362.984468 0 0
367.100297 0 0
371.216126 0 0
375.331956 0 0
379.447785 0 0
383.563614 0 0
387.679443 0 0
391.795272 0 0
395.911101 0 0
400.02693 0 0
404.142759 0 0
408.258588 0 0
412.374418 0 0
416.490247 0 0
420.606076 0 0
424.721905 0 0
428.837734 0 0
432.953563 0 0
437.069392 0 0
441.185221 0 0
445.301051 0 0
449.41688 0 0
453.532709 0 0
457.648538 0 0
461.764367 0 0
465.880196 0 0.133333333
469.996025 0 0.533333333
474.111854 0 0.8
478.227684 0 0.533333333
482.343513 0 0.133333333
END
set label 10 'nodes' at graph -0.015, first 0.12 right font ',13' textcolor rgb '#111111'
set label 11 'saves: 100 %' at graph 1.015, first 0.32 left font ',12' textcolor rgb '#009E73'
set label 12 'costs more: 0 %' at graph 1.015, first 0.06 left font ',12' textcolor rgb '#D55E00'
$range0 << END
474.90336 474.90336 474.90336 0
END
set style fill solid 0.55 noborder
plot $ridge0 using ($1 <= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '#D55E00', \
     $ridge0 using ($1 >= 0 ? $1 : NaN):2:3 with filledcurves linecolor rgb '#009E73', \
     $range0 using 1:4:($2-$1):(0) with vectors nohead linewidth 2 linecolor rgb '#222222', \
     $range0 using 3:4 with points pointtype 7 pointsize 1 linecolor rgb '#222222', \
     1/0
unset output
