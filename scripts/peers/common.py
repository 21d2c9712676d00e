"""What the twins share: the seed from the command line, and two threads, as the examples are given."""

import argparse

import torch


def seeded():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    torch.set_num_threads(2)
    torch.manual_seed(seed)


def accuracy(scores, y):
    return (scores.argmax(-1) == y).float().mean().item()
