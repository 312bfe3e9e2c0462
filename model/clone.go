package model

import "reflect"

// Clone returns a copy of v that shares nothing with it, so that either may be
// edited. It is for the border, where objects come and go; inside, values are
// shared and replaced.
func Clone[T any](v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	cloneInto(out, reflect.ValueOf(&v).Elem())
	return out.Interface().(T)
}

func cloneInto(dst, src reflect.Value) {
	switch src.Kind() {
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			cloneInto(dst.Elem(), src.Elem())
		}
	case reflect.Slice:
		if !src.IsNil() {
			dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				cloneInto(dst.Index(i), src.Index(i))
			}
		}
	case reflect.Map:
		if !src.IsNil() {
			dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
			for it := src.MapRange(); it.Next(); { // into another map: no order shows
				value := reflect.New(it.Value().Type()).Elem()
				cloneInto(value, it.Value())
				dst.SetMapIndex(it.Key(), value)
			}
		}
	case reflect.Struct:
		for i := range src.NumField() {
			cloneInto(dst.Field(i), src.Field(i))
		}
	case reflect.Interface:
		if !src.IsNil() {
			value := reflect.New(src.Elem().Type()).Elem()
			cloneInto(value, src.Elem())
			dst.Set(value)
		}
	default:
		dst.Set(src)
	}
}
