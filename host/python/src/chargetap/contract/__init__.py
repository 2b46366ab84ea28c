"""The contract of components and hosts: one module an interface."""

# Made by `generate.py` from `wit/`. Do not edit.
