//! Parameters: cells that hold a tensor, a gradient and an identity.

use super::node::{NodeObj, NodeRef};
use super::{Cx, LEAF};
use crate::device::DType;
use crate::device::slab::Rcs;
use crate::ops::{Op, OpError, Operand, Result};
use crate::slabbed;
use crate::tensor::Tensor;
use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicU64, Ordering};

/// A parameter by reference; cloning gives a second name for the same cell.
#[derive(Clone)]
pub struct Param(Rcs<ParamObj>);

pub struct ParamObj {
    count: Cell<u32>,
    id: u64,
    /// The numbers, as the tape's leaf.
    value: UnsafeCell<Tensor>,
    grad: Cell<Option<Tensor>>,
    leaf: NodeRef,
}
slabbed!(ParamObj);

impl Drop for ParamObj {
    fn drop(&mut self) {
        // A tape may outlive the parameter; its leaf then leads nowhere.
        self.leaf.num.set(0);
    }
}

impl Param {
    /// A cell that holds `t`'s numbers; integers and bools become f32.
    ///
    /// # Errors
    /// When `t` is tracked: a cell would cut it from the tape.
    pub fn new(cx: &Cx, t: &Tensor) -> Result<Param> {
        if t.is_tracked() {
            return Err(tracked("param(…) of a tracked tensor would cut it from the tape").at(0, "this is tracked"));
        }
        let t = if t.dtype().is_float() { t.clone() } else { cx.cast(t, DType::F32)? };
        t.force()?;
        static IDS: AtomicU64 = AtomicU64::new(1);
        let leaf = Rcs::new(NodeObj::leaf(t.dtype(), cx));
        let value = UnsafeCell::new(t.alias(Some(leaf.clone()), 0));
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let p = Rcs::new(ParamObj { count: Cell::new(1), id, value, grad: Cell::new(None), leaf });
        p.leaf.num.set(p.as_ptr() as u64);
        Ok(Param(p))
    }

    /// The parameter of a leaf, while it lives.
    pub(super) fn of_leaf(node: &NodeObj) -> Option<Param> {
        if node.op != &LEAF || node.num.get() == 0 {
            return None;
        }
        let cell = std::ptr::NonNull::new(node.num.get() as *mut ParamObj)?;
        // SAFETY: a leaf's `num` is its living parameter or zero; the clone is counted, the borrowed one is not.
        let p = std::mem::ManuallyDrop::new(Param(unsafe { Rcs::from_raw(cell) }));
        Some((*p).clone())
    }

    /// What the parameter stands for in an expression: a leaf of the tape.
    #[inline(always)]
    pub fn value(&self) -> Tensor {
        // SAFETY: cloned at once; `set` is the only writer.
        unsafe { (*self.0.value.get()).clone() }
    }

    /// Its numbers, not tracked.
    pub fn data(&self) -> Tensor {
        self.value().detach()
    }

    /// `set` of numbers that often nobody else refers to.
    fn set_owned(&self, mut new: Tensor) {
        if new.references() > 1 || new.is_tracked() {
            return self.set(&new);
        }
        new.set_node(self.0.leaf.clone(), 0);
        // SAFETY: no borrow of the old value lives: `value` hands out clones.
        drop(std::mem::replace(unsafe { &mut *self.0.value.get() }, new));
    }

    /// Puts other numbers in; the caller has checked shape and dtype.
    pub(super) fn set(&self, t: &Tensor) {
        let new = t.alias(Some(self.0.leaf.clone()), 0);
        // SAFETY: no borrow of the old value lives: `value` hands out clones.
        let old = unsafe { std::mem::replace(&mut *self.0.value.get(), new) };
        drop(old);
    }

    /// Takes the numbers out for changing, so that nobody else holds them; `set` must follow.
    pub(super) fn take(&self) -> Tensor {
        let placeholder = Tensor::scalar(self.dtype(), crate::tensor::Num::Int(0));
        // SAFETY: as in `set`.
        unsafe { std::mem::replace(&mut *self.0.value.get(), placeholder) }
    }

    pub fn dtype(&self) -> DType {
        self.0.leaf.dtype
    }

    pub fn grad(&self) -> Option<Tensor> {
        let g = self.0.grad.take();
        self.0.grad.set(g.clone());
        g
    }

    pub fn take_grad(&self) -> Option<Tensor> {
        self.0.grad.take()
    }

    /// Sets the gradient: `None`, or a tensor of the parameter's shape, converted to its dtype.
    pub fn set_grad(&self, cx: &Cx, g: Option<&Tensor>) -> Result<()> {
        let g = match g {
            None => None,
            Some(g) => {
                self.check_shape(g, "a gradient")?;
                Some(cx.cast(&g.detach(), self.dtype())?)
            }
        };
        self.0.grad.set(g);
        Ok(())
    }

    pub(super) fn put_grad(&self, g: Tensor) {
        self.0.grad.set(Some(g));
    }

    /// Differs from every other parameter's, and grows with their creation.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    pub fn is_same(&self, other: &Param) -> bool {
        self.0.same(&other.0)
    }

    /// `w.data = t`: replaces the numbers; shape and dtype stay.
    pub fn assign(&self, cx: &Cx, t: &Tensor) -> Result<()> {
        if t.is_tracked() {
            return Err(tracked("an update of a parameter is never recorded, but this value is tracked")
                .at(1, "this is tracked"));
        }
        self.check_shape(t, "new data")?;
        let t = cx.cast(t, self.dtype())?;
        t.force()?;
        self.set(&t);
        Ok(())
    }

    /// `w op= rhs`, not recorded, in place when nobody else holds the numbers.
    ///
    /// # Errors
    /// When `rhs` is tracked, or the result would have another shape. The parameter is then as it was.
    pub fn update(&self, cx: &Cx, op: &'static Op, rhs: &Operand) -> Result<()> {
        if let Operand::Tensor(t) = rhs
            && t.is_tracked()
        {
            return Err(tracked("an update of a parameter is never recorded, but this value is tracked")
                .at(1, "this is tracked"));
        }
        // What is small is computed at once, so nothing keeps the old numbers and a cell of their own.
        let old = if self.value().numel() < cx.put_off_from() { self.value() } else { self.data() };
        let new = cx.without_grad(|| cx.binary(op, &Operand::Tensor(old.clone()), rhs))?;
        self.check_shape(&new, "the updated value")?;
        let new = cx.cast(&new, self.dtype())?;
        if let Some(e) = new.expr().cloned() {
            // Large: the put-off update runs straight into the parameter's own numbers.
            drop(new);
            drop(old);
            let mut value = self.take();
            let result = crate::tensor::expr::force_into(&e, &mut value);
            match result {
                Ok(t) => self.set(&t),
                Err(error) => {
                    self.set(&value);
                    return Err(error);
                }
            }
            return Ok(());
        }
        drop(old);
        self.set_owned(new);
        Ok(())
    }

    fn check_shape(&self, t: &Tensor, what: &str) -> Result<()> {
        let own = self.value();
        if own.shape() == t.shape() {
            return Ok(());
        }
        let (want, got) = (own.to_dims(), t.to_dims());
        Err(OpError::new("CELL-02", format!("{what} has shape {got}, but the parameter has shape {want} and keeps it"))
            .at(0, format!("param {}{want}", self.dtype()))
            .at(1, format!("{}{got}", t.dtype())))
    }
}

fn tracked(message: &str) -> Box<OpError> {
    OpError::new("CELL-01", message)
        .help("write detach(…) around the value, or read .data and .grad, which are never tracked")
}
