"""Reference numbers for the layers of the library, from torch.nn:

    python3 scripts/golden_layers.py

writes tests/golden/layers_GROUP.safetensors and layers_GROUP.state.safetensors. The second has the state_dict of each case's
module, named CASE.NAME, so that a record of modules by case can be loaded from it. The first has for each case

    CASE.in.K             the inputs
    CASE.g.K              what each output is multiplied with: the loss is the sum of all these products
    CASE.MODE.out.K       the outputs, MODE being train or eval
    CASE.MODE.gin.K       the gradients of the inputs
    CASE.MODE.grad.NAME   the gradients of the parameters
    CASE.after.NAME       what a training step has changed in the state

The cases are made a second time, by the same names, in tests/library/layers_GROUP.reel. Numbers are f64 unless the name of the
case ends in _f32.
"""

import os
import re
import warnings

import torch
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
ROOT = os.path.join(os.path.dirname(__file__), "..")
FOLDER = os.path.join(ROOT, "tests", "golden")
# Layers that behave differently after eval().
TWO_MODES = (nn.modules.batchnorm._NormBase, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.AlphaDropout, nn.RReLU)


def x(*size):
    return torch.randn(*size, dtype=torch.float64)


def p(*size):
    return 0.05 + 0.9 * torch.rand(*size, dtype=torch.float64)


def classes(n, *size):
    return torch.randint(0, n, size)


def signs(*size):
    return 2.0 * torch.randint(0, 2, size).double() - 1


def ints(*values):
    return torch.tensor(values)


def flat(v):
    if v is None:
        return []
    if isinstance(v, (tuple, list)):
        return [t for part in v for t in flat(part)]
    return [v]


# The classes that some case has tried.
TRIED = set()


class Group:
    def __init__(self, name):
        self.name, self.data, self.state = name, {}, {}
        torch.manual_seed(len(name))

    def add(self, case, module, *inputs, call=None, modes=None, params=True):
        """`params: False` leaves out the gradients of the parameters, where others have shown them."""
        dtype = torch.float32 if case.endswith("_f32") else torch.float64
        module = module.to(dtype)
        TRIED.update(type(m).__name__ for m in module.modules())
        with torch.no_grad():
            # All of them random, as the tests know a parameter by its numbers.
            for q in module.parameters():
                q.copy_(x(*q.shape) / (q[0].numel() ** 0.5 if q.dim() > 1 else 1))
            for name, b in module.named_buffers():
                if name.endswith("running_mean"):
                    b.copy_(x(*b.shape))
                if name.endswith("running_var"):
                    b.copy_(0.5 + torch.rand(*b.shape))
        inputs = [i.to(dtype) if i.is_floating_point() else i for i in inputs]
        start = {k: v.clone() for k, v in module.state_dict().items()}
        self.state.update({f"{case}.{k}": v for k, v in start.items()})
        for k, i in enumerate(inputs):
            self.data[f"{case}.in.{k}"] = i
        if modes is None:
            modes = ("eval", "train") if any(isinstance(m, TWO_MODES) for m in module.modules()) else ("train",)
        for mode in modes:
            self.run(f"{case}.{mode}", case, module.train(mode == "train"), inputs, call, params)
        for k, v in module.state_dict().items():
            if not torch.equal(v, start[k]):
                self.data[f"{case}.after.{k}"] = v.clone()

    def run(self, prefix, case, module, inputs, call, params):
        leaves = [i.clone().requires_grad_(i.is_floating_point()) for i in inputs]
        module.zero_grad()
        out = flat(call(module, leaves) if call else module(*leaves))
        loss = 0
        for k, o in enumerate(out):
            self.data[f"{prefix}.out.{k}"] = o.detach().clone()
            if o.is_floating_point():
                g = self.data.setdefault(f"{case}.g.{k}", torch.randn(o.shape, dtype=torch.float64).to(o.dtype))
                loss = loss + (o * g).sum()
        loss.backward()
        for k, leaf in enumerate(leaves):
            if leaf.grad is not None:
                self.data[f"{prefix}.gin.{k}"] = leaf.grad.clone()
        for name, q in module.named_parameters() if params else ():
            if q.grad is not None:
                self.data[f"{prefix}.grad.{name}"] = q.grad.clone()

    def write(self):
        plain = lambda ts: {k: t.contiguous().clone() for k, t in ts.items()}
        save_file(plain(self.data), os.path.join(FOLDER, f"layers_{self.name}.safetensors"))
        save_file(plain(self.state), os.path.join(FOLDER, f"layers_{self.name}.state.safetensors"))


def linear():
    g = Group("linear")
    g.add("linear", nn.Linear(3, 4), x(2, 5, 3))
    g.add("linear_f32", nn.Linear(7, 4), x(5, 7))
    g.add("linear_no_bias", nn.Linear(3, 2, bias=False), x(3))
    g.add("bilinear", nn.Bilinear(3, 4, 2), x(5, 3), x(5, 4))
    g.add("bilinear_no_bias", nn.Bilinear(3, 4, 2, bias=False), x(5, 3), x(5, 4))
    g.add("identity", nn.Identity(), x(2, 3))
    g.add("flatten", nn.Flatten(), x(2, 3, 4))
    g.add("flatten_some", nn.Flatten(0, 1), x(2, 3, 4))
    g.add("unflatten", nn.Unflatten(1, (2, 3)), x(2, 6))
    g.add("sequential", nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)), x(4, 3))
    named = nn.Sequential()
    named.add_module("hidden", nn.Linear(3, 5))
    named.add_module("act", nn.SiLU())
    named.add_module("inner", nn.Sequential(nn.Linear(5, 2), nn.Sigmoid()))
    g.add("sequential_named", named, x(4, 3))
    g.add("embedding", nn.Embedding(6, 3), classes(6, 2, 4))
    g.add("embedding_padding", nn.Embedding(6, 3, padding_idx=-2), ints(4, 1, 4, 0))
    g.add("embedding_max_norm", nn.Embedding(6, 3, max_norm=0.7), ints(1, 3, 3, 0))
    g.add("embedding_max_norm_1", nn.Embedding(6, 3, max_norm=0.5, norm_type=1.0), ints(2, 3))
    g.add("embedding_by_freq", nn.Embedding(6, 3, scale_grad_by_freq=True), torch.tensor([[1, 1, 2], [1, 5, 5]]))
    g.add("dropout", nn.Dropout(0.7), x(3, 4), modes=("eval",))
    g.add("dropout_none", nn.Dropout(0.0), x(3, 4))
    g.add("dropout_all", nn.Dropout(1.0), x(3, 4))
    g.add("dropout1d", nn.Dropout1d(0.7), x(2, 3, 4), modes=("eval",))
    g.add("dropout1d_all", nn.Dropout1d(1.0), x(3, 4))
    g.add("dropout2d", nn.Dropout2d(0.7), x(2, 3, 4, 2), modes=("eval",))
    g.add("dropout2d_none", nn.Dropout2d(0.0), x(2, 3, 4, 2))
    g.add("alpha_dropout", nn.AlphaDropout(0.7), x(3, 4), modes=("eval",))
    g.add("cosine", nn.CosineSimilarity(), x(2, 3, 4), x(2, 3, 4))
    g.add("cosine_last", nn.CosineSimilarity(dim=-1, eps=0.5), x(2, 3), x(2, 3))
    g.add("distance", nn.PairwiseDistance(), x(3, 4), x(3, 4))
    g.add("distance_1", nn.PairwiseDistance(p=1.0, eps=1e-3, keepdim=True), x(3, 4), x(3, 4))
    g.write()


def activations():
    g = Group("activations")
    plain = (nn.ReLU, nn.ReLU6, nn.GELU, nn.SiLU, nn.Mish, nn.ELU, nn.CELU, nn.SELU, nn.LeakyReLU, nn.Sigmoid, nn.LogSigmoid,
             nn.Tanh, nn.Softplus, nn.Softsign, nn.Softshrink, nn.Hardshrink, nn.Tanhshrink, nn.Hardtanh, nn.Hardsigmoid,
             nn.Hardswish, nn.GLU)
    for module in plain:
        g.add(module.__name__.lower(), module(), 3 * x(3, 4))
    g.add("relu_f32", nn.ReLU(), x(3, 4))
    g.add("gelu_f32", nn.GELU(), x(3, 4))
    g.add("gelu_tanh", nn.GELU(approximate="tanh"), x(3, 4))
    g.add("elu_2", nn.ELU(2.0), x(3, 4))
    g.add("celu_2", nn.CELU(2.0), x(3, 4))
    g.add("leakyrelu_2", nn.LeakyReLU(0.2), x(3, 4))
    g.add("softplus_2", nn.Softplus(2.0, 1.5), x(3, 4))
    g.add("softshrink_1", nn.Softshrink(0.2), x(3, 4))
    g.add("hardshrink_1", nn.Hardshrink(0.2), x(3, 4))
    g.add("hardtanh_2", nn.Hardtanh(-0.3, 0.6), x(3, 4))
    g.add("threshold", nn.Threshold(0.1, 20.0), x(3, 4))
    g.add("glu_0", nn.GLU(0), x(4, 3))
    g.add("prelu", nn.PReLU(), x(2, 3, 4))
    g.add("prelu_3", nn.PReLU(3), x(2, 3, 4))
    g.add("rrelu", nn.RReLU(0.2, 0.4), x(3, 4), modes=("eval",))
    g.add("rrelu_sure", nn.RReLU(0.3, 0.3), x(3, 4))
    g.add("softmax", nn.Softmax(1), x(2, 3, 4))
    g.add("logsoftmax", nn.LogSoftmax(-1), x(2, 3, 4))
    g.add("softmin", nn.Softmin(0), x(2, 3))
    g.add("softmax2d", nn.Softmax2d(), x(2, 3, 4, 2))
    g.add("softmax2d_one", nn.Softmax2d(), x(3, 4, 2))
    g.write()


def losses():
    g = Group("losses")
    for reduction in ("mean", "sum", "none"):
        pair = (x(3, 4), x(3, 4))
        g.add(f"l1_{reduction}", nn.L1Loss(reduction=reduction), *pair)
        g.add(f"mse_{reduction}", nn.MSELoss(reduction=reduction), *pair)
        g.add(f"smooth_l1_{reduction}", nn.SmoothL1Loss(reduction=reduction, beta=0.5), *pair)
        g.add(f"huber_{reduction}", nn.HuberLoss(reduction=reduction, delta=0.7), *pair)
        weight = p(5)
        g.add(f"cross_entropy_{reduction}",
              nn.CrossEntropyLoss(weight, ignore_index=2, reduction=reduction, label_smoothing=0.1), x(6, 5), ints(0, 1, 2, 3, 4, 1))
        g.add(f"nll_{reduction}", nn.NLLLoss(weight, ignore_index=2, reduction=reduction), x(6, 5), ints(0, 1, 2, 3, 4, 1))
        g.add(f"poisson_{reduction}", nn.PoissonNLLLoss(log_input=False, full=True, reduction=reduction), 3 * p(3, 4), 5 * p(3, 4))
        g.add(f"gaussian_{reduction}", nn.GaussianNLLLoss(full=True, reduction=reduction), x(3, 4), x(3, 4), p(3, 4))
        g.add(f"kl_{reduction}", nn.KLDivLoss(reduction=reduction, log_target=True), *pair)
        g.add(f"bce_{reduction}", nn.BCELoss(p(4), reduction=reduction), p(3, 4), p(3, 4))
        g.add(f"bce_logits_{reduction}", nn.BCEWithLogitsLoss(p(4), reduction=reduction, pos_weight=p(4)), x(3, 4), p(3, 4))
        g.add(f"margin_ranking_{reduction}", nn.MarginRankingLoss(0.3, reduction=reduction), x(5), x(5), signs(5))
        g.add(f"hinge_{reduction}", nn.HingeEmbeddingLoss(0.8, reduction=reduction), x(5), signs(5).long())
        g.add(f"cosine_embedding_{reduction}", nn.CosineEmbeddingLoss(0.1, reduction=reduction), x(5, 3), x(5, 3), signs(5).long())
        g.add(f"soft_margin_{reduction}", nn.SoftMarginLoss(reduction=reduction), x(3, 4), signs(3, 4).long())
        g.add(f"multi_margin_{reduction}", nn.MultiMarginLoss(2, 0.7, p(5), reduction=reduction), x(4, 5), ints(0, 4, 2, 2))
        g.add(f"multi_label_{reduction}", nn.MultiLabelSoftMarginLoss(p(4), reduction=reduction), x(3, 4), classes(2, 3, 4))
        g.add(f"triplet_{reduction}", nn.TripletMarginLoss(0.7, 2.0, 1e-6, True, reduction=reduction), x(5, 3), x(5, 3), x(5, 3))
        # Torch's gradient is right only once it has gone on through log_softmax.
        g.add(f"ctc_{reduction}", nn.CTCLoss(1, reduction, True), x(6, 2, 4), ints(0, 2, 2, 3, 0), ints(6, 5), ints(3, 2),
              call=lambda m, xs: m(xs[0].log_softmax(-1), *xs[1:]))
    g.add("kl_batchmean", nn.KLDivLoss(reduction="batchmean"), x(3, 4), p(3, 4))
    g.add("poisson_plain", nn.PoissonNLLLoss(), x(3, 4), 5 * p(3, 4))
    g.add("cross_entropy_plain", nn.CrossEntropyLoss(), x(2, 3, 4), classes(3, 2, 4))
    g.add("cross_entropy_soft_f32", nn.CrossEntropyLoss(), x(4, 3), x(4, 3).softmax(1))
    g.add("bce_logits_plain", nn.BCEWithLogitsLoss(), x(3), p(3))
    g.add("multi_label_plain", nn.MultiLabelSoftMarginLoss(), x(3, 4), classes(2, 3, 4).double())
    g.write()


def conv():
    g = Group("conv")
    g.add("conv1d", nn.Conv1d(2, 3, 3), x(2, 2, 7))
    g.add("conv1d_one", nn.Conv1d(2, 3, 3, padding="valid"), x(2, 7))
    g.add("conv1d_all", nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2, bias=False), x(2, 4, 9))
    g.add("conv1d_same_reflect", nn.Conv1d(2, 3, 4, padding="same", padding_mode="reflect"), x(2, 2, 7))
    g.add("conv1d_replicate", nn.Conv1d(2, 3, 3, padding=3, padding_mode="replicate"), x(2, 5))
    g.add("conv2d", nn.Conv2d(2, 3, 3), x(2, 2, 5, 6))
    g.add("conv2d_f32", nn.Conv2d(2, 3, 3, padding=1), x(2, 2, 5, 6))
    g.add("conv2d_one", nn.Conv2d(1, 2, (2, 3), bias=False), x(1, 4, 5))
    g.add("conv2d_all", nn.Conv2d(4, 2, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2), x(2, 4, 6, 5))
    g.add("conv2d_same", nn.Conv2d(2, 3, (4, 3), padding="same", dilation=(1, 2)), x(2, 2, 5, 6))
    g.add("conv2d_circular", nn.Conv2d(2, 2, 3, stride=2, padding=(1, 2), padding_mode="circular"), x(2, 2, 4, 5))
    g.add("conv2d_same_reflect", nn.Conv2d(2, 2, (2, 4), padding="same", padding_mode="reflect"), x(2, 2, 4, 5))
    g.add("conv2d_valid_replicate", nn.Conv2d(2, 2, 2, padding="valid", padding_mode="replicate"), x(2, 2, 4, 5))
    g.add("conv_transpose1d", nn.ConvTranspose1d(2, 3, 3), x(2, 2, 5))
    g.add("conv_transpose1d_all", nn.ConvTranspose1d(4, 6, 3, 3, 1, 2, 2, False, 2), x(2, 4, 5))
    g.add("conv_transpose1d_size", nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1), x(2, 5),
          call=lambda m, xs: m(xs[0], output_size=(10,)))
    g.add("conv_transpose2d", nn.ConvTranspose2d(2, 3, 3), x(2, 2, 3, 4))
    g.add("conv_transpose2d_all", nn.ConvTranspose2d(4, 2, (3, 2), (2, 3), (1, 0), (1, 2), 2, True, (1, 2)), x(2, 4, 3, 4))
    g.add("conv_transpose2d_size", nn.ConvTranspose2d(2, 3, 3, stride=2), x(2, 2, 3, 4),
          call=lambda m, xs: m(xs[0], output_size=(2, 3, 8, 9)))
    g.add("unfold", nn.Unfold((2, 3), dilation=(1, 2), padding=1, stride=2), x(2, 2, 5, 6))
    g.add("fold", nn.Fold((4, 5), (2, 2), stride=(2, 1)), x(2, 12, 8))
    g.add("max_pool1d", nn.MaxPool1d(2), x(2, 3, 7))
    g.add("max_pool1d_all", nn.MaxPool1d(3, 2, 1, 2, True, True), x(2, 3, 8))
    g.add("max_pool2d", nn.MaxPool2d(2), x(2, 3, 5, 6))
    g.add("max_pool2d_all", nn.MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2), True, True), x(3, 6, 5))
    g.add("avg_pool1d", nn.AvgPool1d(2), x(2, 3, 7))
    g.add("avg_pool1d_all", nn.AvgPool1d(3, 2, 1, True, False), x(3, 8))
    g.add("avg_pool2d", nn.AvgPool2d(2), x(2, 3, 5, 6))
    g.add("avg_pool2d_all", nn.AvgPool2d((3, 2), (2, 1), (1, 0), True, False), x(2, 3, 6, 5))
    g.add("avg_pool2d_divisor", nn.AvgPool2d(2, divisor_override=3), x(2, 3, 6, 5))
    g.add("adaptive_max_pool1d", nn.AdaptiveMaxPool1d(3), x(2, 3, 7))
    g.add("adaptive_max_pool2d", nn.AdaptiveMaxPool2d((2, 3), True), x(2, 3, 5, 7))
    g.add("adaptive_avg_pool1d", nn.AdaptiveAvgPool1d(3), x(2, 3, 7))
    g.add("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d((None, 3)), x(2, 3, 5, 7))
    g.add("adaptive_avg_pool2d_1", nn.AdaptiveAvgPool2d(1), x(2, 3, 5, 7))
    for k, (one, two) in {"reflection": (nn.ReflectionPad1d, nn.ReflectionPad2d), "replication": (nn.ReplicationPad1d, nn.ReplicationPad2d),
                          "zero": (nn.ZeroPad1d, nn.ZeroPad2d), "circular": (nn.CircularPad1d, nn.CircularPad2d)}.items():
        g.add(f"{k}_pad1d", one((1, 2)), x(2, 3, 4))
        g.add(f"{k}_pad2d", two((1, 2, 0, 1)), x(2, 3, 4, 3))
        g.add(f"{k}_pad2d_1", two(1), x(2, 3, 4, 3))
    g.add("constant_pad1d", nn.ConstantPad1d(2, 1.5), x(2, 3, 4))
    g.add("constant_pad2d", nn.ConstantPad2d((1, 0, -1, 2), -1.0), x(2, 3, 4, 3))
    g.add("upsample", nn.Upsample(scale_factor=2), x(1, 2, 3, 4))
    g.add("upsample_linear", nn.Upsample(7, mode="linear", align_corners=False), x(1, 2, 4))
    g.add("upsample_bicubic", nn.Upsample((5, 3), mode="bicubic", align_corners=True), x(1, 2, 3, 4))
    g.add("upsampling_nearest2d", nn.UpsamplingNearest2d((5, 3)), x(1, 2, 3, 4))
    g.add("upsampling_bilinear2d", nn.UpsamplingBilinear2d(scale_factor=2), x(1, 2, 3, 4))
    g.add("pixel_shuffle", nn.PixelShuffle(2), x(2, 8, 2, 3))
    g.add("pixel_unshuffle", nn.PixelUnshuffle(2), x(2, 2, 4, 6))
    g.write()


def norm():
    g = Group("norm")
    g.add("batch_norm1d", nn.BatchNorm1d(3), x(5, 3))
    g.add("batch_norm1d_f32", nn.BatchNorm1d(3), x(5, 3))
    g.add("batch_norm1d_length", nn.BatchNorm1d(3, eps=0.1, momentum=0.4), x(2, 3, 4))
    g.add("batch_norm1d_no_affine", nn.BatchNorm1d(3, affine=False), x(4, 3))
    g.add("batch_norm1d_no_statistics", nn.BatchNorm1d(3, track_running_stats=False), x(4, 3))
    g.add("batch_norm1d_all_batches", nn.BatchNorm1d(3, momentum=None), x(4, 3), x(4, 3), call=lambda m, xs: (m(xs[0]), m(xs[1])))
    g.add("batch_norm2d", nn.BatchNorm2d(3), x(2, 3, 3, 4))
    g.add("batch_norm2d_plain", nn.BatchNorm2d(3, affine=False, track_running_stats=False), x(2, 3, 3, 4))
    g.add("instance_norm1d", nn.InstanceNorm1d(3), x(2, 3, 5))
    g.add("instance_norm1d_one", nn.InstanceNorm1d(3, affine=True, track_running_stats=True), x(3, 5))
    g.add("instance_norm1d_all_batches", nn.InstanceNorm1d(3, momentum=None, track_running_stats=True), x(2, 3, 5))
    g.add("instance_norm2d", nn.InstanceNorm2d(3, eps=0.01, momentum=0.3, affine=True, track_running_stats=True), x(2, 3, 4, 5))
    g.add("instance_norm2d_one", nn.InstanceNorm2d(3), x(3, 4, 5))
    g.add("layer_norm", nn.LayerNorm(4), x(2, 3, 4))
    g.add("layer_norm_f32", nn.LayerNorm(4), x(2, 3, 4))
    g.add("layer_norm_two", nn.LayerNorm((3, 4), eps=0.1), x(2, 3, 4))
    g.add("layer_norm_no_bias", nn.LayerNorm(4, bias=False), x(2, 4))
    g.add("layer_norm_plain", nn.LayerNorm(4, elementwise_affine=False), x(2, 4))
    g.add("rms_norm", nn.RMSNorm(4), x(2, 3, 4))
    g.add("rms_norm_two", nn.RMSNorm((3, 4), eps=0.1), x(2, 3, 4))
    g.add("rms_norm_plain", nn.RMSNorm(4, elementwise_affine=False), x(2, 4))
    g.add("group_norm", nn.GroupNorm(2, 4), x(3, 4, 5))
    g.add("group_norm_plain", nn.GroupNorm(3, 6, eps=0.1, affine=False), x(2, 6, 2, 3))
    g.write()


def recurrent():
    g = Group("recurrent")
    for name, module in (("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)):
        state = lambda *size: (x(*size), x(*size)) if name == "lstm" else (x(*size),)
        hand = (lambda m, xs: m(xs[0], (xs[1], xs[2]))) if name == "lstm" else None
        g.add(name, module(3, 4), x(5, 2, 3))
        g.add(f"{name}_f32", module(3, 4), x(5, 2, 3))
        g.add(f"{name}_state", module(3, 4, bias=False), x(5, 2, 3), *state(1, 2, 4), call=hand)
        g.add(f"{name}_both", module(3, 4, num_layers=2, bidirectional=True, batch_first=True), x(2, 5, 3), *state(4, 2, 4), call=hand)
        g.add(f"{name}_one", module(3, 4, num_layers=2), x(5, 3), *state(2, 4), call=hand)
        g.add(f"{name}_step", module(3, 4), x(1, 1, 3))
        g.add(f"{name}_eval", module(3, 4, num_layers=2, dropout=0.5), x(3, 2, 3), modes=("eval",))
    g.add("rnn_relu", nn.RNN(3, 4, 2, "relu"), x(5, 2, 3))
    g.add("lstm_proj", nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2), x(5, 2, 3))
    g.add("rnn_cell", nn.RNNCell(3, 4), x(2, 3), x(2, 4))
    g.add("rnn_cell_relu", nn.RNNCell(3, 4, bias=False, nonlinearity="relu"), x(3))
    g.add("lstm_cell", nn.LSTMCell(3, 4), x(2, 3), x(2, 4), x(2, 4), call=lambda m, xs: m(xs[0], (xs[1], xs[2])))
    g.add("lstm_cell_one", nn.LSTMCell(3, 4, bias=False), x(3))
    g.add("gru_cell", nn.GRUCell(3, 4), x(2, 3), x(2, 4))
    g.add("gru_cell_one", nn.GRUCell(3, 4, bias=False), x(3))
    g.write()


def attention():
    g = Group("attention")
    three = lambda: (x(3, 2, 4), x(5, 2, 4), x(5, 2, 4))
    causal = torch.ones(3, 3).triu(1).bool()
    padding = torch.tensor([[False, False, True, False, True], [False, True, False, False, False]])
    g.add("attention", nn.MultiheadAttention(4, 2), *three())
    g.add("attention_f32", nn.MultiheadAttention(4, 2), *three())
    g.add("attention_self", nn.MultiheadAttention(4, 2, batch_first=True), x(2, 3, 4), call=lambda m, xs: m(xs[0], xs[0], xs[0]))
    g.add("attention_fast", nn.MultiheadAttention(4, 2), *three(), call=lambda m, xs: m(*xs, need_weights=False))
    g.add("attention_heads", nn.MultiheadAttention(4, 2, bias=False), *three(), call=lambda m, xs: m(*xs, average_attn_weights=False))
    g.add("attention_one", nn.MultiheadAttention(4, 2), x(3, 4), x(5, 4), x(5, 4))
    g.add("attention_dims", nn.MultiheadAttention(4, 2, kdim=3, vdim=5), x(3, 2, 4), x(5, 2, 3), x(5, 2, 5))
    g.add("attention_more", nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True), *three(), padding,
          call=lambda m, xs: m(*xs[:3], key_padding_mask=xs[3]))
    g.add("attention_mask", nn.MultiheadAttention(4, 2), x(3, 2, 4), causal, call=lambda m, xs: m(xs[0], xs[0], xs[0], attn_mask=xs[1]))
    g.add("attention_mask_fast", nn.MultiheadAttention(4, 2), x(3, 2, 4), causal,
          call=lambda m, xs: m(xs[0], xs[0], xs[0], attn_mask=xs[1], need_weights=False))
    g.add("attention_mask_heads", nn.MultiheadAttention(4, 2), *three(), x(4, 3, 5), call=lambda m, xs: m(*xs[:3], attn_mask=xs[3]))
    g.add("attention_masks", nn.MultiheadAttention(4, 2), *three(), padding, x(3, 5),
          call=lambda m, xs: m(*xs[:3], key_padding_mask=torch.zeros_like(xs[4][:2]).masked_fill(xs[3], -torch.inf), attn_mask=xs[4]))
    g.add("attention_eval", nn.MultiheadAttention(4, 2, dropout=0.5), *three(), modes=("eval",))
    layer = lambda **k: nn.TransformerEncoderLayer(4, 2, 6, **{"dropout": 0.0, **k})
    g.add("encoder_layer", layer(), x(3, 2, 4), modes=("train",))
    g.add("encoder_layer_first", layer(norm_first=True, activation="gelu", batch_first=True, bias=False, layer_norm_eps=0.01), x(2, 3, 4), modes=("train",))
    g.add("encoder_layer_masks", layer(activation=torch.tanh), x(5, 2, 4), torch.ones(5, 5).triu(1).bool(), torch.tensor([[False] * 4 + [True], [False] * 5]),
          call=lambda m, xs: m(xs[0], xs[1], xs[2]), modes=("train",))
    g.add("encoder_layer_eval", layer(dropout=0.5), x(3, 2, 4), modes=("eval",))
    decoder = lambda **k: nn.TransformerDecoderLayer(4, 2, 6, **{"dropout": 0.0, **k})
    g.add("decoder_layer", decoder(), x(3, 2, 4), x(5, 2, 4), modes=("train",))
    g.add("decoder_layer_first", decoder(norm_first=True, activation="gelu", bias=False), x(3, 2, 4), x(5, 2, 4), causal, padding,
          call=lambda m, xs: m(xs[0], xs[1], tgt_mask=xs[2], memory_key_padding_mask=xs[3]), modes=("train",))
    g.add("decoder", nn.TransformerDecoder(decoder(batch_first=True), 2), x(2, 3, 4), x(2, 5, 4), modes=("train",))
    g.add("encoder", nn.TransformerEncoder(layer(), 2, norm=nn.LayerNorm(4)), x(3, 2, 4), modes=("train",))
    g.write()


for make in (linear, activations, losses, conv, norm, recurrent, attention):
    make()

declared = set()
for file in os.listdir(os.path.join(ROOT, "src", "std")):
    with open(os.path.join(ROOT, "src", "std", file)) as f:
        declared.update(re.findall(r"^module (\w+)\(", f.read(), re.M))
left = sorted(name for name in declared - TRIED if hasattr(nn, name))
assert not left, f"there are no cases for {left}"
