/* queueing.h -- waiting for one of several servers: Erlang B and C, Allen-Cunneen, and
 * Hayward's equivalent for arrivals in bunches.
 *
 * One value at a time; the lanes of it are in src/model/waiting.c.  Load is in Erlangs:
 * requests a second times the seconds that each one holds a server.  Servers are a
 * whole number.  Equation (103) of docs/model.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_QUEUEING_H
#define DS_QUEUEING_H

/* Share of requests that find all servers busy and are lost.  Exact to about 1e-13,
 * down to the least double there is. */
double ds_erlang_b(double erlangs, double servers);

/* Share of requests that have to wait; 1 when servers <= erlangs.  From a million
 * Erlangs on by Halfin & Whitt (1981). */
double ds_erlang_c(double erlangs, double servers);

/* Requests that wait for a server as long as it takes.  Allen & Cunneen: the wait of
 * exponential service and Poisson arrivals, times the mean of the squared coefficients
 * of variation of arrivals and of service.  Whether one has to wait at all depends on the
 * arrivals too: as if bunches of z requests came for bunches of z servers. */
typedef struct {
    double erlangs, service_s;
    double variability; /* (c_a^2 + c_s^2) / 2: 1 for M/M/c, exact for M/G/1           */
    double bunching;    /* z of (103): 1 for Poisson arrivals                          */
} ds_queue_load;

/* Mean wait [s]; INFINITY when the servers cannot cope. */
double ds_wait_mean(ds_queue_load load, double servers);

/* Share of requests that wait longer than `seconds`. */
double ds_wait_beyond(ds_queue_load load, double servers, double seconds);

/* Least whole number of servers with which the mean wait is at most `seconds`, or, with
 * `share` (not NAN), with which that share of requests waits no longer; both to one part
 * in 1e9.  INFINITY when 1e15 do not do. */
double ds_least_servers(ds_queue_load load, double seconds, double share);

#endif
