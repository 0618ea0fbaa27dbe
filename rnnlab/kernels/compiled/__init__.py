"""What the process imports that compiles: functions for numba, and what makes a file of machine code of them.

`bodies` names those that Python calls: `loop` goes through the timesteps of a shard and `back` returns, with `cells`
for what happens within one step; `product` multiplies, `gradients` sums up for the weights; `panels`, `reads` and
`order` prepare and show; `steps` is Adam's; `vector` is the value that all of them compute with. `emit` has LLVM write
an object file, with the `doors` that Python comes in by, and `linker` makes a shared library of it.
"""
