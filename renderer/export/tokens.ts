/** What colour tokens (ui/tokens.css) come to in the theme of this moment. */
export function colours<const T extends readonly string[]>(names: T): Record<T[number], string> {
  const probe = document.createElement('span');
  document.body.append(probe);
  const found: Record<string, string> = {};
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found as Record<T[number], string>;
}
