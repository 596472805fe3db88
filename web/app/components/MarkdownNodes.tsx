import type { MarkdownNode } from '../markdown.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { MentionText, type Names } from './MentionText.tsx';

export interface MarkdownNodesProps {
  readonly nodes: readonly MarkdownNode[];
  readonly names: Names;
}

export function MarkdownNodes({ nodes, names }: MarkdownNodesProps) {
  return nodes.map((node, index) => {
    // The parts of a text never change places, so their place is their identity.
    const key = `${index}`;
    return <MarkdownElement key={key} node={node} names={names} />;
  });
}

interface MarkdownElementProps {
  readonly node: MarkdownNode;
  readonly names: Names;
}

/** Each block finds its own direction, and none can turn what is around it. */
function MarkdownElement({ node, names }: MarkdownElementProps) {
  switch (node.kind) {
    case 'text':
      return <MentionText text={node.text} names={names} />;
    case 'code':
      return <code dir="auto">{node.text}</code>;
    case 'code_block':
      return <CodeBlock text={node.text} language={node.language} />;
    case 'link':
      return <MessageLink link={node} names={names} />;
    case 'ordered_list':
      return (
        <ol start={node.start} dir="auto">
          <MarkdownNodes nodes={node.children} names={names} />
        </ol>
      );
    case 'line':
      return <MarkdownNodes nodes={node.children} names={names} />;
    default: {
      const Element = elements[node.kind];
      return (
        <Element dir={blocks.has(Element) ? 'auto' : undefined}>
          <MarkdownNodes nodes={node.children} names={names} />
        </Element>
      );
    }
  }
}

const elements = {
  paragraph: 'p',
  quote: 'blockquote',
  list: 'ul',
  item: 'li',
  strong: 'strong',
  emphasis: 'em',
  strike: 's',
} as const;

const blocks = new Set<string>(['p', 'blockquote', 'ul', 'li']);

interface MessageLinkProps {
  readonly link: Extract<MarkdownNode, { kind: 'link' }>;
  readonly names: Names;
}

/** It tells the other side nothing about this page, and shows where it leads if its text says something else. */
function MessageLink({ link, names }: MessageLinkProps) {
  return (
    <a href={link.href} title={link.href} target="_blank" rel="noopener noreferrer nofollow">
      <bdi>
        {/* A name on a link would look like the person, and lead elsewhere. */}
        <MarkdownNodes nodes={link.children} names={{ ...names, mentioned: [] }} />
      </bdi>
      {link.target !== undefined && <bdi className="link-target"> ({link.target})</bdi>}
    </a>
  );
}
