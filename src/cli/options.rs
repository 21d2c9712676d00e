//! Options that every command which runs a program takes.

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::device::Device;

/// Where, with how many threads, from which seed and within how much memory a program runs.
#[derive(Clone, PartialEq, Debug)]
pub struct RunOptions {
    pub device: Device,
    pub threads: Option<usize>,
    pub seed: Option<u64>,
    /// Bytes of tensors.
    pub memory: Option<usize>,
    /// Stop at the first number that is not finite.
    pub check_nan: bool,
}

pub fn args() -> [Arg; 5] {
    [
        Arg::new("device")
            .long("device")
            .value_name("DEVICE")
            .value_parser(["cpu", "cuda"])
            .default_value("cpu")
            .help("Where tensors live"),
        Arg::new("threads")
            .long("threads")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..))
            .help("Threads for kernels [default: one for each processor]"),
        Arg::new("seed")
            .long("seed")
            .value_name("N")
            .value_parser(value_parser!(i64))
            .allow_negative_numbers(true)
            .help("Start of the random numbers, as seed(N) in the program"),
        Arg::new("memory")
            .long("memory")
            .value_name("SIZE")
            .value_parser(memory)
            .help("Most memory for tensors, as in 8G or 512M [default: 80 % of the machine's]"),
        Arg::new("check-nan")
            .long("check-nan")
            .action(ArgAction::SetTrue)
            .help("Stop at the first operation that makes a NaN or an infinity of finite numbers"),
    ]
}

impl RunOptions {
    pub fn new(matches: &ArgMatches) -> RunOptions {
        RunOptions {
            device: match matches.get_one::<String>("device").map(String::as_str) {
                Some("cuda") => Device::Cuda,
                _ => Device::Cpu,
            },
            threads: matches.get_one::<u16>("threads").map(|n| usize::from(*n)),
            // As `seed(n)` in a program reads an int.
            seed: matches.get_one::<i64>("seed").map(|n| *n as u64),
            memory: matches.get_one("memory").copied(),
            check_nan: matches.get_flag("check-nan"),
        }
    }
}

/// `8G`, `1.5GiB`, `512M`, `64k`, or bytes; in powers of 1024.
fn memory(text: &str) -> Result<usize, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[number.len()..].to_ascii_uppercase();
    let scale = match unit.strip_suffix("IB").or(unit.strip_suffix('B')).unwrap_or(&unit) {
        "" => 1.0,
        "K" => 1024f64,
        "M" => 1024f64.powi(2),
        "G" => 1024f64.powi(3),
        "T" => 1024f64.powi(4),
        _ => f64::NAN,
    };
    match number.trim().parse::<f64>() {
        Ok(n) if n * scale >= 1.0 && n.is_finite() => Ok((n * scale) as usize),
        _ => Err("a size is a positive number, in bytes or with K, M, G or T, as in 8G".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::memory;

    #[test]
    fn sizes() {
        assert_eq!(memory("8G"), Ok(8 << 30));
        assert_eq!(memory("1.5GiB"), Ok(3 << 29));
        assert_eq!(memory("512m"), Ok(512 << 20));
        assert_eq!(memory("64kB"), Ok(64 << 10));
        assert_eq!(memory("1000"), Ok(1000));
        for wrong in ["", "G", "-1G", "0", "inf", "8X", "8 G B", "nan"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
    }
}
