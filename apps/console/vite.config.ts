import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'
import { compression } from 'vite-plugin-compression2'

const server = 'http://127.0.0.1:4600'

const config: UserConfig = defineConfig({
  // Compressed once, when it is built: the server sends what the browser takes.
  plugins: [react(), tailwindcss(), compression({ algorithms: ['brotliCompress', 'gzip'] })],
  // An HTML parser is a third of the page's script, and HTML that a model wrote is shown as the text that it is.
  resolve: { alias: { 'rehype-raw': new URL('./src/parts/raw-html.ts', import.meta.url).pathname } },
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/v1': { target: server, ws: true }, '/health': server } },
})

export default config
