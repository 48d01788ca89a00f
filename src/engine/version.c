/* version.c -- which program this is, for provenance lines and --version.
 *
 * Called by anyone.  The version is that of the last release; git describe names
 * the tree that was built and comes from a file that the Makefile writes only
 * when it changes ("unknown" without git).
 *
 * The stream version is raised by every change after which the same seed gives
 * other futures: a new order of draws, another mapping of uniforms to values,
 * another rule of the model that consumes them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "distillsim.h"
#include "git_describe.h" /* generated: DS_GIT_DESCRIBE */

const char *ds_version(void)
{
    return "0.1.0";
}

const char *ds_git_describe(void)
{
    return DS_GIT_DESCRIBE;
}

int ds_stream_version(void)
{
    return 2;
}
