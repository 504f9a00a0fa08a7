// What an f32 is, told by its bits: compilers may take x != x to be false.

fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u; }

// A variable, as WGSL refuses constants that are not finite.
fn infinity() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }
fn notANumber() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }
