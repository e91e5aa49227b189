"""What people correct: kept beside the outputs, applied to them, and never lost."""

from vnadmin.corrections.apply import Applied as Applied
from vnadmin.corrections.apply import apply_corrections as apply_corrections
from vnadmin.corrections.record import Correction as Correction
from vnadmin.corrections.store import Corrections as Corrections
from vnadmin.corrections.store import corrections_path as corrections_path
