"""The demo: five sample sites on loopback, a simulated week, and what Gazette makes of it. All figures are measured."""
