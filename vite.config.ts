import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { relayPlugin } from './signaling/index.ts'
import { compressPlugin } from './tools/compress.ts'
import { fileListPlugin } from './tools/file-list.ts'
import { offlinePlugin, serviceWorkerName } from './tools/offline.ts'

export default defineConfig(({ isSsrBuild = false }) => ({
  plugins: [react(), relayPlugin(), offlinePlugin(), fileListPlugin(), compressPlugin()],
  resolve: {
    // The package's own entry expects Node's globals; this file of it is whole.
    alias: { 'simple-peer': 'simple-peer/simplepeer.min.js' },
  },
  // The page's policy admits files of its own origin only: nothing inline, no data URLs.
  build: {
    ...(isSsrBuild
      ? {}
      : {
          outDir: 'dist/app',
          rollupOptions: {
            input: { index: 'index.html', 'service-worker': 'src/host/offline/service-worker.ts' },
            output: {
              // At the root and under one name, where a browser looks for its next version.
              entryFileNames: ({ name }: { name: string }) =>
                name === 'service-worker' ? serviceWorkerName : 'assets/[name]-[hash].js',
            },
          },
        }),
    copyPublicDir: !isSsrBuild,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  test: {
    // They end what hangs; a busy machine does not reach them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // One process for each core; the default leaves one idle.
    maxWorkers: '100%',
    include: ['{src,signaling,fuzz,tools}/**/*.test.{ts,tsx}'],
    exclude: ['e2e/**', '**/node_modules/**', 'dist/**'],
  },
}))
