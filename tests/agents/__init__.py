"""Agents at work: their hosts and channels with stand-ins and real processes, rules and verdicts as such."""
