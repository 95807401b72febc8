import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The renderer. Everything else is built by scripts/build.ts. */
export default defineConfig({
  root: fileURLToPath(new URL('renderer', import.meta.url)),
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist/renderer', import.meta.url)),
    emptyOutDir: true,
    // Electron 33 and newer; nothing here is seen by another browser.
    target: 'chrome130',
    // The policy lets fonts come from app://ui alone, not from data: URLs.
    assetsInlineLimit: 0,
    // It is read from the disk beside it.
    chunkSizeWarningLimit: 2000,
  },
});
