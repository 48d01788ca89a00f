# Error against time; error_time.svg.
set terminal svg size 720,480 font "sans,13"
set output "error_time.svg"
set datafile separator comma
set logscale xy
set xlabel "time of a run [s]"
set ylabel "standard error of the mean, relative"
set format x "10^{%L}"
set format y "10^{%L}"
set grid
set key bottom left
programs = system("cut -d, -f1 error_time.csv | tail -n +2 | uniq | tr ' ' '_' | tr '\n' ' '")
plot 0.001 with lines dashtype 2 linecolor "gray" title "0.1 %", \
    for [p in programs] sprintf("< tr ' ' '_' <error_time.csv | grep '^%s,'", p) \
        using 3:5 with linespoints title system(sprintf("echo '%s: student' | tr '_' ' '", p))
