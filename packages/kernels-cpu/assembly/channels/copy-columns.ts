// @ts-ignore: decorator
@unmanaged
class Parameters {
  from: u32;
  to: u32;
  rows: i32;
  /** Numbers that are copied of each row. */
  columns: i32;
  /** Numbers from one row to the next, where they are and where they go. */
  fromPitch: i32;
  toPitch: i32;
  /** Rows in a task. */
  block: i32;
}

/** Copies columns of a matrix to columns of another. A task is a block of rows. */
export function copyColumns(parameters: usize, task: i32, scratch: usize): void {
  const p = changetype<Parameters>(parameters);
  const first = task * p.block;
  const end = min(first + p.block, p.rows);
  const columns = p.columns;
  let from = p.from + (<usize>first * p.fromPitch << 2);
  let to = p.to + (<usize>first * p.toPitch << 2);
  for (let i = first; i < end; i++) {
    let j = 0;
    for (; j + 4 <= columns; j += 4) v128.store(to + (<usize>j << 2), v128.load(from + (<usize>j << 2)));
    for (; j < columns; j++) store<f32>(to + (<usize>j << 2), load<f32>(from + (<usize>j << 2)));
    from += <usize>p.fromPitch << 2;
    to += <usize>p.toPitch << 2;
  }
}
