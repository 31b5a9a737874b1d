"""Second readers, each a process of its own: a path comes in on a line, its notes go out as a line of JSON.

They run under any Python that has the library, and import nothing of goldenear.
"""
