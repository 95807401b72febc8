/** The wire's version. Both sides must name the same one; a difference is refused with `VERSION_SKEW`. */
export const PROTOCOL_VERSION = 2;

/** The product's version, the same in every package of this repository (a test compares it with package.json). */
export const PERCH_VERSION = '0.1.0';
