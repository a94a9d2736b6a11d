import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type UserConfig } from 'vite'
import { compression } from 'vite-plugin-compression2'

const server = 'http://127.0.0.1:4600'

/**
 * What is loaded with Markdown and never used by ours. An HTML parser alone is a third of the page's script, and HTML that a
 * model wrote is shown as the text that it is.
 */
const insteadOf = [
  { find: 'rehype-raw', replacement: instead('rehype-raw') },
  { find: 'marked', replacement: instead('marked') },
  { find: 'tailwind-merge', replacement: instead('tailwind-merge') },
  { find: 'mdast-util-to-markdown', replacement: instead('mdast-util-to-markdown') },
  { find: '@ungap/structured-clone', replacement: instead('structured-clone') },
  // Only `property-information` has a file of this name.
  { find: /^\.\/lib\/svg\.js$/, replacement: instead('svg-properties') },
]

function instead(name: string): string {
  return new URL(`./src/parts/markdown/instead/${name}.ts`, import.meta.url).pathname
}

const config: UserConfig = defineConfig({
  // Compressed once, when it is built: the server sends what the browser takes.
  plugins: [react(), tailwindcss(), unnamedStreamdown(), compression({ algorithms: ['brotliCompress', 'gzip'] })],
  resolve: { alias: insteadOf },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // So that what a library offers and is not taken is left out.
      treeshake: { manualPureFunctions: ['memo', 'lazy', 'createContext'] },
    },
  },
  server: { proxy: { '/v1': { target: server, ws: true }, '/health': server } },
})

/** A name that is given to a component keeps it, whether or not it is used: two thirds of Streamdown are not. */
function unnamedStreamdown(): Plugin {
  return {
    name: 'unnamed-streamdown',
    transform: {
      filter: { id: /node_modules\/streamdown\/dist\// },
      handler: (code) => ({ code: code.replaceAll(/[\w$]+\.displayName="\w+";/g, ''), map: null }),
    },
  }
}

export default config
