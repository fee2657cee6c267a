# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # One claim, nine scaffolds
#
# The vendor prints 82.7 % for DeepSeek-V4-Flash-0731 on Terminal-Bench 2.1, with a scaffold of its
# own. Other people published their counts on the same 89 tasks. Nothing is run here: the numbers
# are in `results/published/`, and everything below is computed from them.

# %%
from IPython.display import SVG, Markdown

from harness.claims.granularity import granularity_note
from harness.claims.ledger import get_claim
from harness.report.forest import claim_band, forest, row_of
from harness.report.readme_figure import CLAIM, PUBLISHER, scaffold_rows
from harness.verdicts.ledger_rows import judge_family
from harness.verdicts.ledger_table import family_markdown

claim = get_claim(CLAIM)
print(claim.value, claim.unit, "·", claim.source.title, "·", claim.source_date)

# %% [markdown]
# ## What the number can be
#
# A mean over 89 tasks and k runs is a fraction with denominator 89·k. Not every printed figure is
# one for k = 1.

# %%
assert claim.items is not None
print(granularity_note(claim.value, claim.items, claim.runs))

# %% [markdown]
# ## One publisher, nine scaffolds, one run each
#
# The same tasks and the same model alias, published together; the agent loop and its tools differ.
# The dashed line is the claim, the grey band its rounding and its own run-to-run noise.

# %%
rows = scaffold_rows(claim, PUBLISHER)
title = f"{claim.model} under {len(rows)} scaffolds"
SVG(forest(rows, claim.points, claim_band(claim), title))

# %%
scores = [row.score for row in rows]
print(f"{len(rows)} scaffolds, {min(scores):.1f} to {max(scores):.1f} %")
print(f"spread {max(scores) - min(scores):.1f} points, from the scaffold and one run's noise")

# %% [markdown]
# ## Every published count
#
# With the other publishers, and with p values adjusted for their number (Holm).

# %%
family = judge_family(claim)
everyone = [row_of(row.id.partition("@")[2], verdict) for row, verdict in family.rows]
SVG(forest(everyone, claim.points, claim_band(claim), f"{len(everyone)} published counts"))

# %%
Markdown(family_markdown(family))

# %%
sure = [v.gap.points for (_, v), p in zip(family.rows, family.p_holm, strict=True) if p < 0.05]
print(f"smallest gap that stays after the adjustment: {max(sure):.1f} points")

# %% [markdown]
# No row states the vendor's own scaffold in the mode that the vendor names, so no row can confirm
# or refute the claim by itself: the best comparability here is B.
