//! `no_grad`, `on`, and what an error must restore.

use super::Vm;
use super::code::Reg;
use super::error::Error;
use super::print::describe;
use super::value::Value;
use crate::device::Device;

pub const CODES: &[(&str, &str)] = &[("DEVICE-01", "a device that does not exist")];

/// Modes of the context, as a `try` or a call from Rust finds them.
#[derive(Clone, Copy)]
pub(super) struct ModeState {
    grad: bool,
    device: Device,
    loops: usize,
    bars: usize,
}

impl Vm {
    pub(super) fn mode_state(&self) -> ModeState {
        ModeState {
            grad: self.cx.grad_enabled(),
            device: self.cx.device(),
            loops: self.cx.loop_depth(),
            bars: self.bars.count(),
        }
    }

    pub(super) fn restore_state(&mut self, state: ModeState) {
        self.cx.set_grad_enabled(state.grad);
        self.cx.set_device(state.device);
        self.cx.close_loops(state.loops);
        self.bars.close_to(state.bars);
    }

    pub(super) fn no_grad(&mut self, save: Reg) {
        let old = self.cx.set_grad_enabled(false);
        self.put(save, Value::Bool(old));
    }

    pub(super) fn on_device(&mut self, save: Reg, device: Reg) -> Result<(), Error> {
        let name = self.read(device);
        let Some(text) = name.as_str() else {
            return Err(Error::new("DEVICE-01", "`on` takes the name of a device").at(0, describe(&name)));
        };
        let device = device_named(text).map_err(|e| e.at(0, "this one"))?;
        let old = self.cx.set_device(device);
        self.put(save, Value::Int(old as i64));
        Ok(())
    }

    pub(super) fn restore_mode(&mut self, save: Reg) {
        match self.peek(save) {
            Value::Bool(grad) => {
                self.cx.set_grad_enabled(*grad);
            }
            Value::Int(device) => {
                let device = if *device == Device::Cuda as i64 { Device::Cuda } else { Device::Cpu };
                self.cx.set_device(device);
            }
            _ => {}
        }
    }
}

/// `"cpu"` or `"cuda"`.
pub(super) fn device_named(text: &str) -> Result<Device, Error> {
    match text {
        "cpu" => Ok(Device::Cpu),
        "cuda" | "cuda:0" => Ok(Device::Cuda),
        _ => {
            let e = Error::new("DEVICE-01", format!("there is no device `{text}`"));
            Err(e.help("devices are \"cpu\" and \"cuda\""))
        }
    }
}
