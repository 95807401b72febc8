import type { Page } from 'playwright-core';

/**
 * Texts that are cut although nothing gives them a tooltip or scrolls them, and pieces of text that lie on each
 * other. One line each; an empty list is what a screen should give.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canBeScrolledTo = (element: Element): boolean => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at.scrollWidth > at.clientWidth)
          return true;
      }
      return false;
    };
    const faults: string[] = [];
    const boxes: { element: Element; box: DOMRect; text: string }[] = [];
    // What lies over the rest hides it.
    const over = [...document.querySelectorAll('.backdrop [role="dialog"], .popover')];
    const roots = over.length > 0 ? over : [document.body];
    for (const element of roots.flatMap((root) => [...root.querySelectorAll('*')])) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || element.closest('.unseen, title, [aria-hidden="true"]')) continue;
      const style = getComputedStyle(element);
      if (style.visibility === 'hidden' || style.display === 'none') continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const text = element.textContent?.trim().slice(0, 40) ?? '';
      const box = range.getBoundingClientRect();
      if (box.width === 0) continue;
      const holder = element.closest<HTMLElement>('.cut') ?? (element as HTMLElement);
      const isCut = holder.scrollWidth > holder.clientWidth + 1 && style.display !== 'inline';
      if (
        isCut &&
        style.overflowX === 'hidden' &&
        !holder.closest('[title], [role="treeitem"], [role="row"]')
      ) {
        faults.push(`cut: "${text}"`);
      }
      // What is scrolled out of sight, or clipped by the box around it, is not seen.
      let seen: { left: number; top: number; right: number; bottom: number } = box;
      for (let at: Element | null = element; at; at = at.parentElement) {
        if (getComputedStyle(at).overflow === 'visible') continue;
        const frame = at.getBoundingClientRect();
        seen = {
          left: Math.max(seen.left, frame.left),
          top: Math.max(seen.top, frame.top),
          right: Math.min(seen.right, frame.right),
          bottom: Math.min(seen.bottom, frame.bottom),
        };
      }
      if (seen.right - seen.left > 1 && seen.bottom - seen.top > 1) {
        boxes.push({
          element,
          box: new DOMRect(seen.left, seen.top, seen.right - seen.left, seen.bottom - seen.top),
          text,
        });
      }
      if (box.right > innerWidth + 1 || box.left < -1) {
        if (!element.closest('svg, .cut') && !canBeScrolledTo(element)) faults.push(`outside: "${text}"`);
      }
    }
    boxes.forEach((one, index) => {
      for (const other of boxes.slice(index + 1)) {
        if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
        // A sticky head lies over what scrolls under it.
        const stuck = '.outline-head, .timeline-columns, .search-count';
        if (one.element.closest(stuck) || other.element.closest(stuck)) continue;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 2 && down > 4) faults.push(`overlap: "${one.text}" and "${other.text}"`);
      }
    });
    return faults;
  });
}
