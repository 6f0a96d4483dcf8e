"""Programs that use the resource options of Pulumi: what each option has to do when a program changes."""

from __future__ import annotations

from dataclasses import dataclass

HEADER = """
import pulumi, pulumi_aws as aws
from pulumi import Alias, ResourceOptions as Opts


def queue(logical, /, opts=None, seconds=30, **inputs):
    return aws.sqs.Queue(logical, opts=opts, visibility_timeout_seconds=seconds, **inputs)


def protected(queue):
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue.arn}
    policy = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [deny]})
    aws.sqs.QueuePolicy("policy", queue_url=queue.url, policy=policy)


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts=None, **inputs):
        super().__init__("strata:test:Group", name, {}, opts)
        queue(f"{name}-part", opts=Opts(parent=self), **inputs)


def slower(args):
    if args.type_ == "aws:sqs/queue:Queue":
        props = {**args.props, "visibility_timeout_seconds": 60}
        return pulumi.ResourceTransformationResult(props, args.opts)

"""


@dataclass(frozen=True)
class Case:
    """The use of one option in a program that runs twice.

    Attributes:
        option: the option of Pulumi's SDK.
        before: the declarations of the first run; all names begin with the case's own.
        after: those of the second run.
        changes: what the second run does, as `kind name`.
        queues: the queues afterwards, as `name seconds`: the name in the cloud without its random end, and
            the visibility timeout.
    """

    option: str
    before: str
    after: str
    changes: frozenset[str]
    queues: tuple[str, ...]


def case(option: str, before: str, after: str, changes: str, queues: str) -> Case:
    """Return a case, with changes and queues separated by commas."""
    return Case(
        option, before, after, frozenset(changes.split(", ")), tuple(sorted(filter(None, queues.split(", "))))
    )


CASES = {
    "parent": case(
        "parent",
        "Group('parent', seconds=30)",
        "Group('parent', seconds=60)",
        "update parent-part",
        "parent-part 60",
    ),
    "depends": case(
        "depends_on",
        "first = queue('depends-a'); queue('depends-b', opts=Opts(depends_on=[first]))",
        "first = queue('depends-b'); queue('depends-a', opts=Opts(depends_on=[first]))",
        "same depends-a, same depends-b",
        "depends-a 30, depends-b 30",
    ),
    "protect": case(
        "protect",
        "queue('protect', opts=Opts(protect=True))",
        "queue('protect', opts=Opts(protect=True), seconds=60)",
        "update protect",
        "protect 60",
    ),
    "unprotect": case(
        "protect",
        "queue('unprotect', opts=Opts(protect=True))",
        "queue('unprotect', fifo_queue=True)",
        "replace unprotect",
        "unprotect.fifo 30",
    ),
    "rename": case(
        "aliases",
        "queue('rename-old')",
        "queue('rename-new', opts=Opts(aliases=[Alias(name='rename-old')]))",
        "same rename-new",
        "rename-old 30",
    ),
    "rename-group": case(
        "aliases",
        "Group('rename-group-old')",
        "Group('rename-group-new', opts=Opts(aliases=[Alias(name='rename-group-old')]))",
        "same rename-group-new-part",
        "rename-group-old-part 30",
    ),
    "move": case(
        "aliases",
        "queue('move-part')",
        "queue('move-part', "
        "opts=Opts(parent=Group('move-in'), aliases=[Alias(parent=pulumi.ROOT_STACK_RESOURCE)]))",
        "create move-in-part, same move-part",
        "move-in-part 30, move-part 30",
    ),
    "ignore": case(
        "ignore_changes",
        "queue('ignore', seconds=40)",
        "queue('ignore', opts=Opts(ignore_changes=['visibilityTimeoutSeconds']), seconds=60)",
        "same ignore",
        "ignore 40",
    ),
    "ignore-member": case(
        "ignore_changes",
        "queue('ignore-member', tags={'a': '1', 'b': '1'})",
        "queue('ignore-member', opts=Opts(ignore_changes=['tags.a']), tags={'a': '2', 'b': '1'})",
        "same ignore-member",
        "ignore-member 30",
    ),
    "ignore-all": case(
        "ignore_changes",
        "queue('ignore-all')",
        "queue('ignore-all', opts=Opts(ignore_changes=['*']), seconds=60, fifo_queue=True)",
        "same ignore-all",
        "ignore-all 30",
    ),
    "replace": case(
        "replace_on_changes",
        "queue('replace', tags={'a': '1'})",
        "queue('replace', opts=Opts(replace_on_changes=['tags.a']), tags={'a': '2'}, seconds=60)",
        "replace replace",
        "replace 60",
    ),
    "replace-not": case(
        "replace_on_changes",
        "queue('replace-not', tags={'a': '1'})",
        "queue('replace-not', opts=Opts(replace_on_changes=['tags.a']), tags={'a': '1'}, seconds=60)",
        "update replace-not",
        "replace-not 60",
    ),
    "replace-any": case(
        "replace_on_changes",
        "queue('replace-any')",
        "queue('replace-any', opts=Opts(replace_on_changes=['*']), seconds=60)",
        "replace replace-any",
        "replace-any 60",
    ),
    "first-delete": case(
        "delete_before_replace",
        "queue('first-delete', name='first-delete')",
        "queue('first-delete', name='first-delete', seconds=60, "
        "opts=Opts(delete_before_replace=True, replace_on_changes=['visibilityTimeoutSeconds']))",
        "replace first-delete",
        "first-delete 60",
    ),
    "dependent": case(
        "delete_before_replace",
        "protected(queue('dependent', name='dependent'))",
        "protected(queue('dependent', name='dependent', seconds=60, "
        "opts=Opts(delete_before_replace=True, replace_on_changes=['visibilityTimeoutSeconds'])))",
        "replace dependent",
        "dependent 60 policy",
    ),
    "retain": case(
        "retain_on_delete",
        "queue('retain', opts=Opts(retain_on_delete=True))",
        "pass",
        "delete retain",
        "retain 30",
    ),
    "retain-group": case(
        "retain_on_delete",
        "Group('retain-group', opts=Opts(retain_on_delete=True))",
        "pass",
        "delete retain-group-part",
        "retain-group-part 30",
    ),
    "retain-replaced": case(
        "retain_on_delete",
        "queue('retain-replaced', opts=Opts(retain_on_delete=True))",
        "queue('retain-replaced', opts=Opts(retain_on_delete=True), fifo_queue=True)",
        "replace retain-replaced",
        "retain-replaced 30, retain-replaced.fifo 30",
    ),
    "secret": case(
        "additional_secret_outputs",
        "pulumi.export('secret', queue('secret', opts=Opts(additional_secret_outputs=['name'])).name)",
        "pulumi.export('secret', queue('secret', opts=Opts(additional_secret_outputs=['name', 'arn'])).name)",
        "same secret",
        "secret 30",
    ),
    "transform": case(
        "transformations",
        "queue('transform')",
        "queue('transform', opts=Opts(transformations=[slower]))",
        "update transform",
        "transform 60",
    ),
    "transform-group": case(
        "transformations",
        "Group('transform-group')",
        "Group('transform-group', opts=Opts(transformations=[slower]))",
        "update transform-group-part",
        "transform-group-part 60",
    ),
    "version": case(
        "version",
        "queue('version')",
        "queue('version', opts=Opts(version='7.51.1'))",
        "same version",
        "version 30",
    ),
    "hide": case(
        "hide_diffs",
        "queue('hide')",
        "queue('hide', opts=Opts(hide_diffs=['visibilityTimeoutSeconds']), seconds=60)",
        "update hide",
        "hide 60",
    ),
    "none": case("depends_on", "queue('none')", "pass", "delete none", ""),
}
"""By the start of their names. All cases are one program, which each carrier runs twice."""

REFUSED = {
    "deletes a protected queue": ("queue('a', opts=Opts(protect=True))", "queue('b')", "protect"),
    "replaces a protected queue": (
        "queue('a', opts=Opts(protect=True))",
        "queue('a', opts=Opts(protect=True), fifo_queue=True)",
        "protect",
    ),
    "gives two queues one alias": (
        "queue('a')",
        "[queue(name, opts=Opts(aliases=[Alias(name='a')])) for name in ('b', 'c')]",
        "alias",
    ),
}
"""Pairs of programs of which a carrier refuses the second: both, and a word of the error."""
