package sim

import (
	"encoding/json"
	"strings"

	"github.com/ordinal-sim/ordinal/model"
)

// The words of operations. What an operation says of itself is what one could type:
// package screenplay reads it back. So nothing that it does may be missing, and what a
// shell would take apart is quoted as for a shell.

// namespaceFlag is kubectl's flag for another namespace than default.
func namespaceFlag(namespace string) string {
	if orDefault(namespace) == model.NamespaceDefault {
		return ""
	}
	return " -n " + namespace
}

// containerFlag is kubectl's flag for another container than the first.
func containerFlag(container string) string {
	if container == "" {
		return ""
	}
	return " -c " + container
}

// quoted is a word in single quotes, as for a shell, on one line.
func quoted(word string) string {
	if strings.ContainsAny(word, "\n\r") {
		return "$'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`).Replace(word) + "'"
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// quotedIfOdd is a word as one types it: with quotes if a shell would not leave it whole.
func quotedIfOdd(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=+.,:/@%", r)
	}
	if word != "" && strings.TrimFunc(word, plain) == "" {
		return word
	}
	return quoted(word)
}

// quotedAll are words with spaces between them.
func quotedAll(words []string) string {
	var b strings.Builder
	for i, word := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(quotedIfOdd(word))
	}
	return b.String()
}

// conditionPatch is the patch that sets a condition of a pod.
func conditionPatch(c model.PodCondition) string {
	condition := map[string]string{"type": c.Type, "status": conditionWord(c.Status)}
	if c.Reason != "" {
		condition["reason"] = c.Reason
	}
	if c.Message != "" {
		condition["message"] = c.Message
	}
	text, err := json.Marshal(map[string]any{"status": map[string]any{"conditions": []any{condition}}})
	if err != nil {
		panic("sim: " + err.Error()) // strings alone cannot fail
	}
	return string(text)
}
