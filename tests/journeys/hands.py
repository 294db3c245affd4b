"""How a person works a page: with a mouse, or with nothing but the keyboard."""

import pytest

MOST_TABS = 200
WHERE_AM_I = """(wanted) => {
    const here = document.activeElement;
    const box = here.getBoundingClientRect();
    const shown = box.bottom > 0 && box.top < innerHeight && box.width > 0;
    return {
        reached: here === wanted || (wanted.type === "radio" && here.name === wanted.name),
        lost: here !== document.body && !(shown && here.matches(":focus-visible"))
            && here.outerHTML.slice(0, 200),
    };
}"""


class Mouse:
    """Finds things by the words a person sees."""

    def __init__(self, page):
        self.page = page

    def field(self, label):
        return self.page.get_by_label(label, exact=True).and_(self.page.locator("input, select, textarea"))

    def button(self, name):
        # The last: what a page itself offers comes after «Sign out» in its header.
        return self.page.get_by_role("button", name=name, exact=True).last

    def link(self, name):
        return self.page.get_by_role("link", name=name, exact=True)

    def type(self, label, text):
        self.field(label).fill(text)

    def choose(self, label):
        self.field(label).check()

    def tick(self, label):
        self.field(label).check()

    def press(self, name):
        with self.page.expect_navigation():
            self.button(name).click()

    def follow(self, name):
        with self.page.expect_navigation():
            self.link(name).click()


class Keyboard(Mouse):
    """Tab, Enter, Space, arrows and letters; never a pointer. The focus must be seen at every step."""

    def _reach(self, target):
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            here = target.evaluate(WHERE_AM_I)
            if here["lost"]:
                pytest.fail(f"{self.page.url}: nobody sees that this has the focus: {here['lost']}")
            if here["reached"]:
                return
        pytest.fail(f"{self.page.url}: {MOST_TABS} times Tab never led to {target}.")

    def type(self, label, text):
        self._reach(self.field(label))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, label):
        target = self.field(label)
        self._reach(target)
        self.page.keyboard.press("Space")
        for _ in range(20):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{self.page.url}: the arrows never led to {label}.")

    def tick(self, label):
        self._reach(self.field(label))
        if not self.field(label).is_checked():
            self.page.keyboard.press("Space")
        assert self.field(label).is_checked(), label

    def press(self, name):
        self._reach(self.button(name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name):
        self._reach(self.link(name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
