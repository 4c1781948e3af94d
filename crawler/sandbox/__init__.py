"""Where files that strangers made are opened: processes with little memory, little time, no secrets and no way out.

``pool`` keeps a few of them at hand and ends those that hang; ``child`` is what runs inside; ``frames`` is what they
say to each other. What is read there comes back as plain data, checked like any other input.
"""
