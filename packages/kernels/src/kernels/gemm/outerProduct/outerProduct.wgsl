// output = activation(alpha * A B + bias) (+ output), for GPUs: outer products of columns of A and
// rows of B, in f32.
//
// A workgroup computes tileRows x tileColumns results, tileInner inner steps at a time from
// workgroup memory. There both operands lie as [inner step][line], whatever their layout, so that a
// step of a thread is a few reads of four lines and nothing to turn. Warps of 32 threads are 4 x 8
// blocks of 4 x 4 results, and a thread has up to 2 x 2 such blocks, 16 rows and 32 columns apart:
// what the threads of a warp read of a step lies side by side, without bank conflicts.
// In a sliced tile groups of threads have the same results, each a part of the inner steps in
// workgroup memory, and are joined there at the end: see slices.ts.
// The next steps are on their way from memory to registers while these are multiplied.
// main.ts writes `main` and unrolls it: sums are variables with names, since those that are
// indexed at run time leave the registers, and places in workgroup memory are made in `main` of the
// thread's number and constants, since those of parameters and loops are checked at every use.
// Inner steps beyond the end are zero; rows and columns beyond the edge read the last one again,
// and what they give is not stored.
#include kernels/gemm/product/operands
#include kernels/gemm/product/epilogue
