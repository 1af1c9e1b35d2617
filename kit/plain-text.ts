/** Controls, line separators, marks that turn the direction of what follows. */
export const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * What a terminal takes for a command: CSI and OSC sequences, whole, with both of their beginnings; none goes beyond
 * its line.
 */
const ESCAPE =
  // eslint-disable-next-line no-control-regex -- it is what is looked for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\n\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?/g;

/** Text for a line on a terminal or in a condition: without escapes and controls. `lines`: breaks and tabs stay. */
export function withoutControls(text: string, lines = false): string {
  return text
    .replace(ESCAPE, '')
    .replace(new RegExp(CONTROL, 'gu'), (control) =>
      lines && /[\n\t]/.test(control) ? control : /\s/.test(control) ? ' ' : '',
    )
    .toWellFormed();
}
