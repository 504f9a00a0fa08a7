import { sizeOf } from '../../shape.ts';
import { normalDraw } from './drawing.ts';
import type { Draw } from './drawing.ts';

/**
 * A matrix [first extent, all others] with orthonormal rows or columns, whichever are fewer: Q of
 * the QR decomposition of normal numbers, with a positive diagonal in R. Saxe et al., "Exact
 * solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013.
 */
export const orthogonalDraw =
  (gain: number): Draw =>
  (generator, shape) => {
    const size = sizeOf(shape);
    const rows = shape[0] as number;
    if (size === 0) return new Float32Array(0);
    const columns = size / rows;
    const values = Float64Array.from(normalDraw(0, 1)(generator, shape));
    // As a list of vectors to orthonormalise, each as long as the longer side.
    const wide = rows < columns;
    const [count, length] = wide ? [rows, columns] : [columns, rows];
    const at = (vector: number, place: number) => (wide ? vector * columns + place : place * columns + vector);
    for (let vector = 0; vector < count; vector++) {
      // Two rounds of orthogonalisation suffice: W. Kahan, in Parlett, "The Symmetric Eigenvalue
      // Problem", 1980.
      for (let round = 0; round < 2; round++)
        for (let before = 0; before < vector; before++) {
          let product = 0;
          for (let place = 0; place < length; place++)
            product += (values[at(before, place)] as number) * (values[at(vector, place)] as number);
          for (let place = 0; place < length; place++)
            values[at(vector, place)] =
              (values[at(vector, place)] as number) - product * (values[at(before, place)] as number);
        }
      let square = 0;
      for (let place = 0; place < length; place++) square += (values[at(vector, place)] as number) ** 2;
      const factor = 1 / Math.sqrt(square);
      for (let place = 0; place < length; place++)
        values[at(vector, place)] = (values[at(vector, place)] as number) * factor;
    }
    return Float32Array.from(values, (value) => Math.fround(value) * gain);
  };
