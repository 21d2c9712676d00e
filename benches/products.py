"""Matrix products in f32 on as many threads as the argument says: torch with its MKL, in ns."""
import sys
import torch
from _time import timed

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
with torch.inference_mode():
    for n in (256, 512, 1024, 2048):
        a, b, out = torch.randn(n, n), torch.randn(n, n), torch.empty(n, n)
        print(f"product_{n}\ttorch\t{timed(lambda: torch.mm(a, b, out=out))}")
    x, w, g = torch.randn(64, 1000), torch.randn(1000, 100), torch.randn(64, 100)
    out1, out2 = torch.empty(64, 100), torch.empty(1000, 100)
    print(f"product_64x1000x100\ttorch\t{timed(lambda: torch.mm(x, w, out=out1))}")
    print(f"product_1000x64x100\ttorch\t{timed(lambda: torch.mm(x.T, g, out=out2))}")
