//! Every example of the language's page parses.

use super::tree;

fn parses(text: &str) {
    assert!(!tree(text).is_empty());
}

#[test]
fn the_language_page() {
    parses(
        r##"seed(0)
let x  = randn(64, 1000)
let y  = randn(64, 10)
let w1 = param(randn(1000, 100))
let w2 = param(randn(100, 10))

for t in 0..500 {
    let y_pred = relu(x @ w1) @ w2
    let loss = sum((y_pred - y) ** 2)
    if t % 100 == 99 { print("{t}: {loss:.4f}") }
    backward(loss)
    for w in (w1, w2) {
        w -= 1e-6 * w.grad
        zero_grad(w)
    }
}
"##,
    );
    parses(
        r##"let a = 3                       # declares; a second `let` shadows
a = a + 1                       # assigns; an unknown name is an error with "did you mean"
xs[0][1] = 5; r.w[2] = 0        # a chain changes the last list, record, module or cell on its way; below that it makes a new tensor
(a, b) = (b, a)                 # several places, right side first
let (u, v) = (1, 2)             # destructures; also in `for` and lambda parameters
let sign_of = if a > 0 { 1 } else if a < 0 { -1 } else { 0 }  # blocks are expressions
for (i, row) in enumerate(x) { print(i, row) }
while err > 1e-3 { err = step() }                             # break, continue
fn scale(x, factor = 2.0) { x * factor }                      # last expression is the result; `return` leaves early
fn all_of(first, ...rest) { len(rest) }                       # collects; `f(...xs)` spreads
scale(x, factor: 3)                                           # named arguments
assert a > 0, "a was {a}"
try { risky() } catch e { print(e.message, e.code, e.line) }
import "layers.reel" as layers                                # relative to this file; a cycle is an error
import "layers.reel": Residual, Block
"##,
    );
    parses(
        r##"fn attention(q: f32[b, t, d], k: f32[b, t, d], v: f32[b, t, d]) -> f32[b, t, d] {
    softmax(q @ transpose(k, -1, -2) / sqrt(d), dim: -1) @ v      # the names are ints inside the body
}
"##,
    );
    parses(
        r##"fn my_relu(x) {
    maximum(x, 0)
} backward(g) {
    g * (x >= 0)
}
"##,
    );
    parses(
        r##"module DynamicNet(d_in, h, d_out) {
    let input  = Linear(d_in, h)
    let middle = Linear(h, h)
    let output = Linear(h, d_out)

    fn forward(x, depth = randint(0, 4)) {
        let a = relu(input(x))
        for _ in 0..depth { a = relu(middle(a)) }      # the same weights, as often as this pass likes
        output(a)
    }
}

let model = DynamicNet(1000, 100, 10)
let opt = SGD(model, lr: 1e-4, momentum: 0.9)
for t in progress(0..500) {
    let loss = mse_loss(model(x), y, reduction: "sum")
    opt.zero_grad(); backward(loss); opt.step()
}
print(model)                      # a tree with shapes and parameter counts
save("model.safetensors", model)  # load("model.safetensors", into: model)
"##,
    );
}
