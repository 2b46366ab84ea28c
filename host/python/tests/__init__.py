"""Tests of this package as it is in the tree, with the components as `cargo xtask build` leaves them.

python -m unittest discover -t host/python -s host/python/tests
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent
ROOT = PACKAGE.parent.parent
COMPONENTS = ROOT / "target/components"

# For this process and those that it starts.
PATHS = [str(PACKAGE / "src"), str(PACKAGE / "examples")]
sys.path[:0] = PATHS
os.environ["PYTHONPATH"] = os.pathsep.join(PATHS)
