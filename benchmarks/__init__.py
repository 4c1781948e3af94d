"""How fast Gazette is, measured beside a yardstick in the same run: `python -m benchmarks`.

What counts is CPU time (user and system, whole processes with their start-up) and its ratio to the yardstick: both stay
meaningful on a busy machine, where wall times are only upper bounds. Nothing here is a test, and no test is timed.
"""
