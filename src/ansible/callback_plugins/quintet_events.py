"""Ansible's output as events: one JSON object a line on stdout, warnings on stderr as ever.

src/ansible/events.ts describes every line and reads it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time

from ansible import context
from ansible import constants as C
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.plugins.callback import CallbackBase

SERVICE_ACTIONS = ("ansible.builtin.systemd_service", "ansible.builtin.systemd", "ansible.builtin.service")

DOCUMENTATION = """
    name: quintet_events
    type: stdout
    short_description: one JSON object a line, also when a host starts a task
    description:
        - What Quintet reads while a playbook runs.
    requirements:
      - set as stdout in configuration
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "quintet_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._started = {}

    # The run

    def v2_playbook_on_start(self, playbook):
        """Says which hosts will work, and on how many tasks each, as far as that is known before includes."""
        hosts = {}
        for play in playbook.get_plays():
            tasks = count_tasks(play)
            for host in play.get_variable_manager()._inventory.get_hosts(play.hosts):
                hosts[host.name] = hosts.get(host.name, 0) + tasks
        emit("playbook", hosts=hosts)

    def v2_playbook_on_play_start(self, play):
        emit("play", name=play.get_name())

    def v2_playbook_on_no_hosts_matched(self):
        emit("no-hosts")

    def v2_playbook_on_include(self, included_file):
        emit("include", file=included_file._filename, hosts=[host.name for host in included_file._hosts])

    def v2_playbook_on_stats(self, stats):
        hosts = {}
        for host in sorted(stats.processed):
            summary = stats.summarize(host)
            summary["failed"] = summary.pop("failures")
            hosts[host] = summary
        emit("stats", hosts=hosts)

    # One task on one host

    def v2_runner_on_start(self, host, task):
        self._started[host.name, task._uuid] = time.monotonic()
        emit("task-start", host=host.name, role=role_of(task), task=task.name or task.action, handler=is_handler(task))

    def v2_runner_on_ok(self, result):
        self._end(result, "changed" if result.is_changed() else "ok")

    def v2_runner_on_skipped(self, result):
        self._end(result, "skipped")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._end(result, "ignored" if ignore_errors else "failed", message_of(result.result))

    def v2_runner_on_unreachable(self, result):
        status = "ignored" if result.task.ignore_unreachable else "unreachable"
        self._end(result, status, message_of(result.result))

    def v2_runner_item_on_failed(self, result):
        # _get_item_label hides the label of an item under no_log.
        item = str(self._get_item_label(result.result))
        emit("item-failed", **names(result), item=item, message=message_of(result.result))

    def v2_runner_retry(self, result):
        data = result.result
        emit("retry", **names(result), attempt=data.get("attempts", 0), of=data.get("retries", 0))

    def _end(self, result, status, message=None):
        started = self._started.pop((result.host.name, result.task._uuid), None)
        milliseconds = 0 if started is None else round((time.monotonic() - started) * 1000)
        self._handle_warnings(result.result)
        event = {"status": status, "ms": milliseconds, "handler": is_handler(result.task)}
        if message:
            event["message"] = message
        if status == "changed" and result.task.diff:
            # A censored result (no_log) has no diff left in it.
            items = result.result.get("results", [result.result])
            diffs = [self._get_diff(item["diff"]) for item in items if isinstance(item, dict) and item.get("diff")]
            if any(diffs):
                event["diff"] = "".join(diffs)
        if context.CLIARGS["check"]:
            event.update(planned(result, status))
        emit("task-end", **names(result), **event)


def emit(event, **fields):
    # Only Ansible's main process calls a callback, one call at a time.
    try:
        sys.stdout.write(json.dumps({"event": event, **fields}, default=str) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Quintet was killed: end as on Ctrl-C, lest the next run meet this one on the hosts. On its way out Ansible may
        # wait for a thread of its own that never ends; the alarm ends it for good.
        signal.alarm(20)
        os.kill(os.getpid(), signal.SIGINT)


def names(result):
    return {"host": result.host.name, "role": role_of(result.task), "task": result.task_name}


def role_of(task):
    return task._role.get_name() if task._role else None


def is_handler(task):
    return isinstance(task, Handler)


def message_of(data):
    """What the module said, and what the program under it said, as they said it."""
    if "censored" in data:
        return data["censored"]
    failed = [item for item in data.get("results", []) if isinstance(item, dict) and item.get("failed")]
    if failed:
        return "\n".join(message_of(item) for item in failed)
    said = []
    for key in ("msg", "module_stderr", "stderr", "module_stdout", "stdout"):
        text = data.get(key)
        text = text.strip() if isinstance(text, str) else "" if text is None else json.dumps(text, default=str)
        if text and not any(text in before for before in said):
            said.append(text)
    return "\n".join(said)


def planned(result, status):
    """What a task in check mode tells of what it would do: to which file or service, or the words of a script."""
    arguments = result.task.args
    if status == "skipped":
        if "does not support check mode" in str(result.result.get("msg")):
            yield "unchecked", True
        return
    if result.task.diff is False:
        yield "hidden", True
    if isinstance(arguments.get("dest"), str):
        yield "path", arguments["dest"]
    if result.task.action in SERVICE_ACTIONS:
        yield "service", {"name": arguments["name"], "state": arguments["state"]}
    if result.task.check_mode is False and result.result.get("stdout_lines"):
        yield "lines", result.result["stdout_lines"]


def count_tasks(play):
    gathering = play.gather_facts if play.gather_facts is not None else C.DEFAULT_GATHERING != "explicit"
    return int(bool(gathering)) + sum(count_block(block) for block in play.compile())


def count_block(block):
    """Tasks that run when nothing fails: rescue sections are left out, so are other tags and meta tasks."""
    count = 0
    for task in block.block + block.always:
        if isinstance(task, Block):
            count += count_block(task)
        elif task.action not in C._ACTION_META:
            count += task.evaluate_tags(context.CLIARGS["tags"], context.CLIARGS["skip_tags"], {})
    return count
