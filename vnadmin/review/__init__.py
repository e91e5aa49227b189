"""The review page: the paper and what it was read as, side by side, in one HTML file."""

from vnadmin.review.page import render_review as render_review
from vnadmin.review.page import review_parts as review_parts
