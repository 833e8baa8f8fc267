"""Studies: reading a folder, checking it, applying a scenario, and running the plan of steps over it.

`reading` and `scenarios` make typed tables of what a study and its scenarios say over the shipped rows; `checks` finds
everything that is wrong with it; `plan` orders the steps of the rooms by what they read and write; `engine` is the one
way from tables to results; `running` stores a run under the hash of its inputs and reads it back when they are equal.
"""
