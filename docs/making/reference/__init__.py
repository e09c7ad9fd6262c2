"""The reference: pages made from the code, so that they can't say anything else."""
