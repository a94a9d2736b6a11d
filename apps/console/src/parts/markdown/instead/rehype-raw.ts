/** Stands where Streamdown would parse the HTML within Markdown: here it is text, and nothing of it becomes an element. */

interface Node {
  type: string
  readonly children?: readonly Node[]
}

export default function showHtmlAsText(): (tree: Node) => void {
  return toText
}

function toText(node: Node): void {
  if (node.type === 'raw') node.type = 'text'
  for (const child of node.children ?? []) toText(child)
}
