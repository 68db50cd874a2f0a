"""`python -m course` is `course`."""

import sys

from course.command.main import main

sys.exit(main())
