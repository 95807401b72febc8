import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, read, root } from './sources.ts';

/** Links of the pages that lead nowhere, and pages that comments and texts name but that are not there. */
export function brokenLinks(): string[] {
  const pages = files.filter((file) => file.endsWith('.md'));
  return [
    ...pages.flatMap(brokenIn),
    ...files.filter((file) => /\.(ts|tsx|cts|md)$/.test(file)).flatMap(missingPages),
  ];
}

function brokenIn(page: string): string[] {
  const text = read(page).replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [target, anchor] = link!.split('#');
    const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target!);
    if (!existsSync(path.join(root, file))) return [`${page}: ${link} leads nowhere; correct the path`];
    const isThere = !anchor || !file.endsWith('.md') || anchorsOf(file).has(anchor);
    return isThere ? [] : [`${page}: ${link} names no heading of ${file}`];
  });
}

/** Headings as GitHub names them. */
function anchorsOf(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function missingPages(file: string): string[] {
  const named = new Set([...read(file).matchAll(/(?<![\w/.])docs\/[\w/-]+\.md/g)].map(([page]) => page));
  return [...named]
    .filter((page) => !files.includes(page))
    .map((page) => `${file} names ${page}, which is not there`);
}
