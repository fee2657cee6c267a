#!/bin/bash
# All tests must pass for the reward.
if python3 /tests/test_outputs.py -v; then
  echo 1 >/logs/verifier/reward.txt
else
  echo 0 >/logs/verifier/reward.txt
fi
