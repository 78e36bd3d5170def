"""`python -m myograph` is the command `myograph`."""

import sys

from myograph.cli import main

sys.exit(main())
