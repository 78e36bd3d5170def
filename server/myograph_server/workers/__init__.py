"""Queries run in processes that can be killed.

The engine cannot stop a query, and some queries end the process that runs them. So a *zygote*,
one for each version of the graph, holds the graph in memory and forks *workers* that share it.
A worker answers one query at a time; on a breach of a limit it is killed and replaced, and the
client is told why. The zygote is started on its own and has one thread: a threaded server
must not fork.
"""
