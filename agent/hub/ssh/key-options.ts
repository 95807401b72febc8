import { type Capability, isCapability } from '../../../protocol/capability.ts';
import { type AddressList, parseAddressList } from './address-list.ts';

/** What stands before a key: what it grants, until when, and from where. */
export interface KeyOptions {
  capabilities: readonly Capability[];
  /** Milliseconds since 1970; null: it does not expire. */
  expiresAt: number | null;
  /** Null: from anywhere. */
  from: AddressList | null;
}

/** Without `capabilities="…"` a key may look at the tree, and nothing more. */
const DEFAULTS: KeyOptions = { capabilities: ['observe'], expiresAt: null, from: null };

/**
 * Reads the options of a line (sshd(8), AUTHORIZED_KEYS FILE FORMAT): `capabilities`, which is ours, `expiry-time` and
 * `from`. A string is why they are refused: an option that is passed over could be the one that was to keep somebody out.
 */
export function readKeyOptions(text: string): KeyOptions | string {
  const options: KeyOptions = { ...DEFAULTS };
  const seen = new Set<string>();
  for (let rest = text; rest !== ''; ) {
    const match = /^([A-Za-z-]+)="([^"]*)"(?:,(?=.)|$)/.exec(rest);
    if (!match) return `${rest} is no option; expected NAME="VALUE", with commas between`;
    const [whole, name, value] = match;
    const key = name!.toLowerCase();
    if (seen.has(key)) return `${name} stands there twice`;
    seen.add(key);
    const problem = readOption(options, key, value!);
    if (problem !== null) return problem;
    rest = rest.slice(whole.length);
  }
  return options;
}

function readOption(options: KeyOptions, name: string, value: string): string | null {
  switch (name) {
    case 'capabilities': {
      const words = value.split(',').map((word) => word.trim());
      const unknown = words.find((word) => !isCapability(word));
      if (unknown !== undefined) return `the capability ${JSON.stringify(unknown)} is unknown`;
      options.capabilities = words as Capability[];
      return null;
    }
    case 'expiry-time': {
      options.expiresAt = parseTime(value);
      return options.expiresAt === null
        ? `${JSON.stringify(value)} is no time; expected YYYYMMDD or YYYYMMDDHHMM[SS], with a Z for UTC`
        : null;
    }
    case 'from': {
      const list = parseAddressList(value);
      if (typeof list === 'string') return list;
      options.from = list;
      return null;
    }
    default:
      return `the option ${name} is unknown; there are capabilities, expiry-time and from`;
  }
}

/** In the time zone of the machine unless it ends in Z, as OpenSSH reads it; null for what is no time. */
function parseTime(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number(digits ?? 0));
  const parts = [year!, month! - 1, day!, hour!, minute!, second!] as const;
  // A 31st of April would be taken for the 1st of May.
  const asUtc = new Date(Date.UTC(...parts)).toISOString();
  const isTime = asUtc.replace(/\D/g, '').slice(0, 14) === text.replace(/\D/g, '').padEnd(14, '0');
  if (!isTime) return null;
  return match[7] === 'Z' ? Date.UTC(...parts) : new Date(...parts).getTime();
}
