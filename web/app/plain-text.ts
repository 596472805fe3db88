import { type MarkdownNode, parseMarkdown } from './markdown.ts';

/** A message without its marks, for places that show one line: blocks and list items on lines of their own. */
export function plainText(markdown: string): string {
  return withoutDirections(parseMarkdown(markdown).map(blockText).join('\n'));
}

/** The texts of a message in which somebody can be named: neither code nor what is written on a link. */
export function mentionableTexts(markdown: string): string[] {
  return parseMarkdown(markdown).flatMap(ownTexts);
}

/** Embeddings, overrides and isolates would turn the line around them too. */
function withoutDirections(text: string): string {
  return text.replace(/[\u202A-\u202E\u2066-\u2069]/g, '');
}

function blockText(node: MarkdownNode): string {
  switch (node.kind) {
    case 'text':
    case 'code':
    case 'code_block':
      return node.text;
    case 'list':
      return node.children.map((item) => `• ${blockText(item)}`).join('\n');
    case 'ordered_list':
      return node.children.map((item, index) => `${node.start + index}. ${blockText(item)}`).join('\n');
    case 'quote':
    case 'item':
      return node.children.map(blockText).join('\n');
    default:
      return node.children.map(blockText).join('');
  }
}

function ownTexts(node: MarkdownNode): string[] {
  if (node.kind === 'text') return [node.text];
  if (node.kind === 'link' || !('children' in node)) return [];
  return node.children.flatMap(ownTexts);
}
