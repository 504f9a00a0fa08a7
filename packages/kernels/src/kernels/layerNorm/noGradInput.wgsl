fn writeGradInput(row: u32, group: u32, draws: vec4u, gradient: Values) {}
