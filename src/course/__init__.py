"""How large language models work, from the dot product to a small GPT.

Each module is one idea, taught and derived in the notebook that its docstring names. Importing
`course` loads nothing else; import the module you need, as in ``from course import layers``.
"""

__version__ = "0.1.0"
