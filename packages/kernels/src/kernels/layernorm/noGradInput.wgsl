fn writeGradInput(row: u32, group: u32, gradient: Values) {}
