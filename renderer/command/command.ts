/** Where a command stands in the sheet, the palette and the menu of the window. */
export const GROUPS = ['Go', 'Node', 'Copy', 'View', 'Instance', 'Help'] as const;
export type Group = (typeof GROUPS)[number];

/** One thing a person can have done. Everything that offers it is made from its row (commands.ts). */
export interface Command {
  /** kebab-case; what the menu of the window sends back. */
  id: string;
  title: string;
  group: Group;
  /** As chord.ts reads them, such as `K`, `Shift+F6`, `Mod+P`; the first is the one that is shown beside a button. */
  keys: readonly string[];
  /** Its keys count only while the focus is in one of these panes (`data-pane`); left out: wherever it is. */
  panes?: readonly string[];
  /** Its keys count over a dialog, too. */
  isAnywhere?: true;
  /** True; or why it cannot be had just now, as a sentence; false: it means nothing here, and its key is not taken. */
  isOffered(): true | false | string;
  run(): void;
}

/** Keys that a part of the screen handles itself, since they move within it: for the sheet alone. */
export interface WidgetKeys {
  where: string;
  keys: readonly (readonly [keys: readonly string[], does: string])[];
}
